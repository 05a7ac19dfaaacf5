import { expect, test } from "vitest";
import { lasted } from "./clock";

test("times are minutes and seconds, from an hour on with hours", () => {
  expect(lasted(0)).toBe("00:00");
  expect(lasted(134.9)).toBe("02:14");
  expect(lasted(3734)).toBe("1:02:14");
  expect(lasted(-3)).toBe("00:00");
});
