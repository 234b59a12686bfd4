/** Stands in for `node:async_hooks` in an isolate, which cannot follow a call through its waits: it says so when asked to. */
import { ShoalError } from '../../errors.ts'

export class AsyncLocalStorage {
  getStore(): undefined {
    return undefined
  }

  run(): never {
    throw new ShoalError('SHOAL_CODE_UNSUPPORTED', 'shard(fn) does not run in an isolate alone', {
      next: 'add a hub with a jail: apt-get install bubblewrap there',
    })
  }
}
