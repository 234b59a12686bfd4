/** Stands in for `node:module` in an isolate, where no module of Node exists. */

export function isBuiltin(): boolean {
  return false
}

export function createRequire(): (name: string) => never {
  return (name) => {
    throw new Error(`${name} does not exist in an isolate`)
  }
}
