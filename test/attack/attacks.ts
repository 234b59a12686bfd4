/** Attempts to get out of a slot, or to take the hub down from within one; each is the body of an async function. */

export interface Attack {
  readonly name: string
  /**
   * May use `input` ({@link Target}), `ctx`, `get(module)` (a builtin of Node by any way there is), `node()` (the object
   * `process`) and `pwn(process)`, which reads the secret file with what it was given.
   */
  readonly body: string
}

/** What attacks are aimed at; evidence of success is looked for there, not in what the attack says. */
export interface Target {
  /** Holds the secret. */
  readonly file: string
  /** Must not come into being. */
  readonly marker: string
  /** Where connections are counted. */
  readonly port: number
  readonly socket: string
  /** The hub, and a process that has nothing to do with any of it. */
  readonly hub: number
  readonly bystander: number
}

/** Ways to what Node has, from everything that user code can reach. */
export const preamble = `
const roots = [() => process, () => globalThis.process, () => this.process,
  () => ctx.log.constructor('return process')(), () => ctx.signal.constructor.constructor('return process')(),
  () => Function('return process')(), () => (0, eval)('process'), () => $shoal.constructor.constructor('return process')()]
const node = () => { for (const root of roots) { try { const found = root(); if (found) return found } catch {} } throw new Error('no process') }
const get = async (name) => {
  const ways = [() => node().getBuiltinModule(name), () => require(name), () => import('node:' + name), () => $shoal.import('node:' + name),
    () => node().mainModule.require(name), () => node().getBuiltinModule('module').createRequire('/')(name)]
  for (const way of ways) { try { const found = await way(); if (found) return found.default ?? found } catch {} }
  throw new Error('no module ' + name)
}
const pwn = (p) => p.getBuiltinModule('fs').readFileSync(input.file, 'utf8')
`

/** The 26 of the first series: what was measured when the levels were chosen. */
const first: readonly Attack[] = [
  { name: 'process.exit', body: 'node().exit(7)' },
  { name: "process.binding('fs')", body: "const b = node().binding('fs'); return b.readFileUtf8(input.file, 0)" },
  { name: 'constructor.constructor', body: "return pwn(this.constructor.constructor('return process')())" },
  {
    name: 'constructor of a host argument',
    body: `for (const thing of [ctx, ctx.log, ctx.checkpoint, ctx.progress, ctx.signal, input, $shoal, $shoal.import]) {
      try { return pwn(thing.constructor.constructor('return process')()) } catch {} } throw new Error('none')`,
  },
  { name: 'read a secret file with fs', body: "return (await get('fs')).readFileSync(input.file, 'utf8')" },
  {
    name: 'node:sqlite reads and makes files',
    body: `const { DatabaseSync } = await get('sqlite'); new DatabaseSync(input.marker).exec('create table t(x)')
      return new DatabaseSync(':memory:').prepare("select readfile(?) as x").get(input.file)`,
  },
  { name: 'fetch to loopback', body: "return await fetch('http://127.0.0.1:' + input.port).then((r) => r.text())" },
  {
    name: 'environment secret',
    body: 'return [JSON.stringify(node().env), (await get("fs")).readFileSync("/proc/self/environ", "utf8"), (await get("fs")).readFileSync("/proc/" + input.hub + "/environ", "utf8")]',
  },
  { name: 'kill -9 the hub', body: 'try { node().kill(node().ppid, 9) } catch {} node().kill(input.hub, 9)' },
  {
    name: 'child_process',
    body: "(await get('child_process')).execFileSync('/bin/sh', ['-c', 'touch ' + input.marker])",
  },
  {
    name: 'a thread of its own',
    body: `const { Worker } = await get('worker_threads')
      return await new Promise((ok, no) => { const w = new Worker("require('worker_threads').parentPort.postMessage(require('fs').readFileSync(" + JSON.stringify(input.file) + ",'utf8'))", { eval: true }); w.on('message', ok); w.on('error', no) })`,
  },
  { name: 'Atomics.wait for ever', body: 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)' },
  {
    name: 'SharedArrayBuffer as a clock',
    body: "const { Worker } = await get('worker_threads'); const s = new SharedArrayBuffer(4); new Worker('const a=new Int32Array(require(\"worker_threads\").workerData);for(;;)a[0]++', { eval: true, workerData: s }); return new Int32Array(s)[0]",
  },
  {
    name: 'result with __proto__ keys',
    body: 'return JSON.parse(\'{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}\')',
  },
  { name: 'patch Object.prototype', body: 'Object.prototype.polluted = 1; return {}' },
  { name: '512 MiB result', body: 'return new Uint8Array(512 * 1024 * 1024).fill(1)' },
  {
    name: 'output flood',
    body: "for (;;) { console.log('PWNED'.repeat(1000)); try { process.stdout.write('PWNED'.repeat(1000)) } catch {} }",
  },
  {
    name: 'unhandled rejection',
    body: "Promise.reject(new Error('nobody cares')); await new Promise((r) => setTimeout(r, 20)); return 1",
  },
  {
    name: 'throw in a microtask',
    body: "queueMicrotask(() => { throw new Error('loose') }); await new Promise((r) => setTimeout(r, 20)); return 1",
  },
  { name: 'regex bomb', body: "return /^(a+)+$/.test('a'.repeat(40) + 'b')" },
  { name: 'spread of a huge string', body: "return [...'.'.repeat(5e8)].length" },
  { name: 'growing Map', body: "const m = new Map(); for (let i = 0; ; i++) m.set(i, { i, s: 'x' + i })" },
  { name: 'BigInt bomb', body: 'return 2n ** (2n ** 40n)' },
  {
    name: 'v8.setFlagsFromString',
    body: "(await get('v8')).setFlagsFromString('--allow-natives-syntax'); return eval('%GetHeapUsage()')",
  },
  {
    name: "import('node:os')",
    body: "return (await import('node:os')).homedir() + (await import('node:fs')).readFileSync(input.file, 'utf8')",
  },
  {
    name: 'overwrite the result channel',
    body: "const fs = await get('fs'); for (let i = 0; i < 100; i++) fs.writeSync(4, Buffer.alloc(4096, 255)); return 1",
  },
]

const second: readonly Attack[] = [
  {
    name: 'fork bomb',
    body: "const cp = await get('child_process'); for (let i = 0; i < 50; i++) cp.spawn(node().execPath, ['-e', 'for(;;);']); return 1",
  },
  {
    name: 'thread bomb',
    body: "const { Worker } = await get('worker_threads'); for (let i = 0; i < 2000; i++) new Worker('for(;;);', { eval: true }); return 1",
  },
  {
    name: 'postMessage flood',
    body: 'const c = new MessageChannel(); for (;;) c.port1.postMessage(new Uint8Array(1e6))',
  },
  { name: 'timer flood', body: 'for (let i = 0; i < 1e6; i++) setTimeout(() => {}, 0); return 1' },
  { name: 'microtasks without end', body: 'const again = () => Promise.resolve().then(again); await again()' },
  {
    name: 'poisoned prototypes under the codec',
    body: `for (const [o, k] of [[Uint8Array.prototype, 'set'], [DataView.prototype, 'setFloat64'], [Map.prototype, 'get'], [WeakMap.prototype, 'get'],
      [Array.prototype, 'push'], [Array.prototype, Symbol.iterator], [Object, 'keys'], [Reflect, 'ownKeys'], [Function.prototype, 'call'], [Function.prototype, 'apply']]) {
      const old = o[k]; o[k] = function (...a) { try { globalThis.caught = pwn(this?.constructor?.constructor?.('return process')()) } catch {} return old.apply ? Reflect.apply(old, this, a) : old } }
    return { caught: globalThis.caught, m: new Map([[1, 2]]) }`,
  },
  {
    name: 'import() of a data: URL',
    body: 'return (await import(\'data:text/javascript,export default typeof process === "undefined" ? 0 : process.getBuiltinModule("fs").readFileSync(\' + JSON.stringify(input.file) + \', "utf8")\')).default',
  },
  { name: 'import() of a file: URL', body: "return JSON.stringify(await import('file://' + input.file))" },
  {
    name: 'WebAssembly memory',
    body: 'const all = []; for (;;) { const m = new WebAssembly.Memory({ initial: 1000 }); new Uint8Array(m.buffer).fill(1); all.push(m) }',
  },
  { name: 'hoard of array buffers', body: 'const all = []; for (;;) all.push(new Uint8Array(64 << 20).fill(1))' },
  {
    name: 'Error.prepareStackTrace',
    body: `Error.prepareStackTrace = (_, sites) => sites
      const sites = new Error().stack; const seen = []
      for (const s of Array.isArray(sites) ? sites : []) for (const t of [s.getThis?.(), s.getFunction?.()]) { try { seen.push(pwn(t.constructor.constructor('return process')())) } catch {} }
      try { null.x } catch (e) { e.stack } return seen`,
  },
  {
    name: 'async stack and thenables',
    body: `const caught = []; const then = Promise.prototype.then
      Promise.prototype.then = function (...fns) { for (const f of fns) { try { caught.push(pwn(f.constructor.constructor('return process')())) } catch {} } return Reflect.apply(then, this, fns) }
      return { then(ok, no) { for (const f of [ok, no]) { try { caught.push(pwn(f.constructor('return process')())) } catch {} } ok(caught) } }`,
  },
  { name: 'huge log lines', body: "const s = 'x'.repeat(2 ** 27); for (;;) { ctx.log(s); console.error(s) }" },
  {
    name: 'names of half a gigabyte',
    body: "const o = {}; o['k'.repeat(2 ** 28)] = 1; const e = new Error('m'.repeat(2 ** 28)); e.name = 'n'.repeat(2 ** 28); throw e",
  },
  {
    name: 'symlinks to what is outside',
    body: "const fs = await get('fs'); const out = []; for (const d of ['/slot/l', '/tmp/l', '/dev/shm/l', './l']) { try { fs.symlinkSync(input.file, d); out.push(fs.readFileSync(d, 'utf8')) } catch {} } return out",
  },
  {
    name: 'roots of other processes in /proc',
    body: "const fs = await get('fs'); const out = []; for (const p of ['self', '1', '2', String(input.hub), String(input.bystander)]) for (const f of ['/root' + input.file, '/cwd' + input.file, '/environ']) { try { out.push(fs.readFileSync('/proc/' + p + f, 'utf8')) } catch {} } return out",
  },
  { name: 'kill a bystander', body: 'node().kill(input.bystander, 9)' },
  {
    name: 'unix socket',
    body: "const net = await get('net'); return await new Promise((ok, no) => net.connect(input.socket, ok).on('error', no)).then(() => 'connected')",
  },
  {
    name: 'udp and dns',
    body: "const d = (await get('dgram')).createSocket('udp4'); await new Promise((ok, no) => { d.on('error', no); d.send('x', input.port, '127.0.0.1', (e) => e ? no(e) : ok()) }); return (await get('dns')).promises.lookup('localhost')",
  },
  {
    name: 'listen on a port',
    body: "const s = (await get('net')).createServer(); return await new Promise((ok, no) => { s.on('error', no); s.listen(0, '127.0.0.1', () => ok(s.address())) })",
  },
  { name: 'process.execve', body: "node().execve('/bin/sh', ['sh', '-c', 'touch ' + input.marker], {})" },
  { name: 'process.dlopen', body: 'const m = { exports: {} }; node().dlopen(m, input.file); return 1' },
  {
    name: 'WASI with the whole disk',
    body: "const { WASI } = await get('wasi'); const fs = await get('fs'); const w = new WASI({ version: 'preview1', preopens: { '/': '/' } }); return fs.readFileSync(input.file, 'utf8') + w",
  },
  { name: 'debugger', body: "const i = await get('inspector'); i.open(0, '127.0.0.1'); return i.url()" },
  {
    name: 'fill what can be written',
    body: "const fs = await get('fs'); const out = []; for (const d of ['/', '/slot', '/tmp', '/dev', '/dev/shm', '/proc', '/lib']) { try { fs.writeFileSync(d + '/fill', Buffer.alloc(1 << 20)); out.push(d) } catch {} } if (out.length) fs.writeFileSync(input.marker, ''); return out",
  },
  {
    name: 'forged frames',
    body: "const fs = await get('fs'); const f = (k, id, p) => { const b = Buffer.alloc(9 + p.length); b.writeUInt32LE(p.length, 0); b[4] = k; b.writeUInt32LE(id, 5); p.copy(b, 9); return b }; for (const k of [65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 0, 255]) for (const id of [0, 1, 2, 0xffffffff]) fs.writeSync(4, f(k, id, Buffer.alloc(12, 255))); return 1",
  },
  {
    name: 'frame of 4 GiB',
    body: "const fs = await get('fs'); fs.writeSync(4, Buffer.from([255, 255, 255, 255, 73, 1, 0, 0, 0])); for (;;) fs.writeSync(4, Buffer.alloc(65536))",
  },
  { name: 'proxy that never answers', body: 'return new Proxy({}, { ownKeys() { for (;;); }, get() { for (;;); } })' },
  {
    name: 'getter that never returns',
    body: 'return Object.defineProperty({}, "x", { enumerable: true, get() { for (;;); } })',
  },
  { name: 'nesting without end', body: 'let x = []; for (let i = 0; i < 1e6; i++) x = [x]; return x' },
  {
    name: 'checkpoint flood',
    body: 'for (;;) { ctx.checkpoint(new Uint8Array(8 << 20)); ctx.progress(Math.random()) }',
  },
  { name: 'ignores its cancellation', body: 'for (;;);' },
]

export const attacks: readonly Attack[] = [...first, ...second]
