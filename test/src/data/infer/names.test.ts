/** Words of identifiers. */
import { describe, expect, it } from "vitest";
import { entityWords, keyName, nameWords, singular } from "../../../../src/data/infer/names.js";

describe("nameWords", () => {
  it.each([
    ["OwnerUserId", ["owner", "user", "id"]],
    ["OWNER_USER_ID", ["owner", "user", "id"]],
    ["ownerUserID", ["owner", "user", "id"]],
    ["fp1_date", ["fp1", "date"]],
    ["HTTPStatus", ["http", "status"]],
    ["Größe in cm", ["größe", "in", "cm"]],
    ["_id", ["id"]],
  ])("splits %s", (name, words) => {
    expect(nameWords(name)).toEqual(words);
  });
});

describe("singular", () => {
  it.each([
    ["users", "user"],
    ["companies", "company"],
    ["addresses", "address"],
    ["boxes", "box"],
    ["statuses", "status"],
    ["status", "status"],
    ["cases", "case"],
    ["purchases", "purchase"],
    ["houses", "house"],
    ["sizes", "size"],
    ["series", "series"],
    ["people", "person"],
    ["bus", "bus"],
    ["class", "class"],
    ["qualifying", "qualifying"],
  ])("of %s is %s", (plural, word) => {
    expect(singular(plural)).toBe(word);
  });
});

describe("keyName and entityWords", () => {
  it("take endings and prefixes off", () => {
    expect(keyName("USER_ID")).toEqual({ stem: ["user"], ending: "strong" });
    expect(keyName("userid")).toEqual({ stem: ["user"], ending: "glued" });
    expect(keyName("country_code")).toEqual({ stem: ["country"], ending: "weak" });
    expect(keyName("plan")).toEqual({ stem: ["plan"], ending: "none" });
    expect(keyName("Id")).toEqual({ stem: [], ending: "strong" });
    expect(entityWords("SUPPORT_TICKETS")).toEqual(["support", "ticket"]);
    expect(entityWords("dim_users")).toEqual(["user"]);
  });
});
