import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compression } from "vite-plugin-compression2";

/** Where a node runs while the page is developed. */
const NODE = process.env.CORNETTA_NODE ?? "http://127.0.0.1:8080";

/** The node takes the requests for those of its own page. */
const node = { target: NODE, ws: true, changeOrigin: true, headers: { origin: NODE } };
const proxy = { "/api": node, "/phone": node };

export default defineConfig({
  plugins: [react(), compression({ algorithms: ["gzip", "brotliCompress"], include: /\.(js|css|svg)$/ })],
  build: { outDir: "dist", sourcemap: false, assetsInlineLimit: 0, target: "es2022" },
  server: { proxy, fs: { allow: [".", "../dialer/words"] } },
  preview: { proxy },
});
