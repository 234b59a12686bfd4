/** Another version of shoal: a copy of the sources in which a few lines say something else. */
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

export interface Change {
  readonly file: string
  readonly find: string
  readonly replace: string
}

/** Makes the copy; returns its command line. A change whose place is not found is an error: the test would test nothing. */
export async function otherVersion(folder: string, changes: readonly Change[]): Promise<string> {
  await mkdir(folder, { recursive: true })
  for (const name of ['src', 'node', 'simulations', 'package.json']) {
    await cp(join(root, name), join(folder, name), { recursive: true })
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const { file, find, replace } of changes) {
    const path = join(folder, file)
    const text = await readFile(path, 'utf8')
    if (!text.includes(find)) throw new Error(`${file} has no ${JSON.stringify(find)}`)
    await writeFile(
      path,
      text.replace(find, () => replace),
    )
  }
  return join(folder, 'node', 'cli.ts')
}

/** The next version, which a hub of this one must get along with: more fields and kinds, wherever there may be some. */
export const nextMinor: readonly Change[] = [
  { file: 'src/live/hello.ts', find: '{ min: 1, max: 1 }', replace: '{ min: 1, max: 2 }' },
  { file: 'src/live/hello.ts', find: 'JSON.stringify(hello)', replace: "JSON.stringify({ ...hello, later: 'more' })" },
  {
    file: 'src/live/control-stream.ts',
    find: '    this.#handler.admitted(this, this.#theirHello)\n',
    replace: '    this.#handler.admitted(this, this.#theirHello)\n    this.#send(42, Uint8Array.of(1, 2, 3))\n',
  },
  {
    file: 'src/wire/message.ts',
    find: "message.type === 'beacon' ? { ...message, beacon: packBeacon(message.beacon) } : message",
    replace:
      "{ ...message, later: [1, 'more'], ...(message.type === 'beacon' ? { beacon: { ...packBeacon(message.beacon), later: 2 } } : {}) }",
  },
  {
    file: 'src/live/live-hub.ts',
    find: "connected: (hub) => this.input({ type: 'connected', hub }),",
    replace: `connected: (hub) => {
        this.#send(hub, { type: 'later', more: 1 } as never)
        this.#send(hub, { type: 'hub', message: { type: 'later' } } as never)
        this.components.network.publish(encodeMessage({ type: 'later' } as never))
        this.input({ type: 'connected', hub })
      },`,
  },
  {
    file: 'src/ledger/pack.ts',
    find: '  const entry = new ByteWriter()\n',
    replace:
      '  table.out.byte(99)\n  const later = table.out.length\n  table.out.varuint(7)\n  table.out.sizeSince(later)\n  const entry = new ByteWriter()\n',
  },
  {
    file: 'src/ledger/pack.ts',
    find: '    table.out.sizeSince(start)\n',
    replace: "    if (record.kind === 'claim') table.out.varuint(5)\n    table.out.sizeSince(start)\n",
  },
]

/** A version that speaks another protocol. */
export const nextMajor: readonly Change[] = [
  { file: 'src/live/hello.ts', find: '{ min: 1, max: 1 }', replace: '{ min: 2, max: 2 }' },
]
