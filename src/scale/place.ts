/** Names of places that an engine reads: absolute paths of this machine, addresses as they are. */
import { resolve } from "node:path";

/** Makes a path absolute, since another process may stand elsewhere; an address such as `s3a://…` stays as it is. */
export function absolutePlace(place: string): string {
  return /^[a-z][a-z0-9+.-]+:/i.test(place) ? place : resolve(place);
}
