import { expect, test } from "vitest";
import { type Draft, unkept } from "./draft";

const kept: Draft = { result: null, disposition: "", note: "", doNotCall: false, data: { town: "Exampleton" } };

test("what the node has is not sent again", () => {
  expect(unkept(kept, kept)).toBeNull();
});

test("only what was changed is sent", () => {
  const typed = { ...kept, note: "wants a letter", data: { town: "Samplebury" } };
  expect(unkept(typed, kept)).toEqual({ note: "wants a letter", data: { town: "Samplebury" } });
});

test("a note that was emptied and a disposition that was taken back are sent", () => {
  const before = { ...kept, note: "x", disposition: "sale" };
  expect(unkept(kept, before)).toEqual({ note: "", disposition: "" });
});
