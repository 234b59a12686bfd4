/** Stands in for `node:v8` in an isolate. */

/** Flags are the slot's to set: it does so while this bundle is evaluated (entry/isolate.ts). */
export const setFlagsFromString = (): undefined => undefined
