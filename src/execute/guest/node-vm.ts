/** Stands in for `node:vm` in an isolate: evaluates a text in the global scope, under its user's file name. */

// The global eval, called by another name, evaluates outside of every function.
const evaluate = Reflect.get(globalThis, 'eval') as (code: string) => unknown

export const constants = { USE_MAIN_CONTEXT_DEFAULT_LOADER: null }

export class Script {
  readonly #code: string

  constructor(code: string, options: { readonly filename: string }) {
    this.#code = `${code}\n//# sourceURL=${options.filename.replaceAll(/\s/g, '_')}`
  }

  runInThisContext(): unknown {
    return evaluate(this.#code)
  }
}
