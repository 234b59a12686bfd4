/** A clock that stands still: `Date` as user code sees it in a slot, in Node and in an isolate alike. */

/** Replaces `Date` of this realm; `clockMs` is what `Date.now()` returns, Unix milliseconds. */
export function freezeDate(clockMs: () => number): void {
  const RealDate = Date
  function FrozenDate(this: unknown, ...values: unknown[]): Date | string {
    if (new.target === undefined) return new RealDate(clockMs()).toString()
    const given = values.length === 0 ? [clockMs()] : values
    return Reflect.construct(RealDate, given, new.target)
  }
  // One prototype for both: `instanceof` and the codec's class checks see no difference.
  FrozenDate.prototype = RealDate.prototype
  Object.defineProperty(FrozenDate, 'name', { value: 'Date', configurable: true })
  Object.defineProperty(FrozenDate, 'length', { value: 7, configurable: true })
  define(FrozenDate, 'now', () => clockMs())
  define(FrozenDate, 'parse', RealDate.parse)
  define(FrozenDate, 'UTC', RealDate.UTC)
  define(RealDate.prototype, 'constructor', FrozenDate)
  define(globalThis, 'Date', FrozenDate)
}

export function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false })
}
