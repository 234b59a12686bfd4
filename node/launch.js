#!/usr/bin/env node
// Starts shoal with a Node that can run it, from a build that fits the sources. Parses on every Node that knows modules.
import childProcess from 'child_process'
import crypto from 'crypto'
import fs from 'fs'
import moduleApi from 'module'
import path from 'path'
import { fileURLToPath, pathToFileURL } from 'url'

const NODE_MAJOR_MIN = 24
const LOCK_WAIT_MS_MAX = 120000
const LOCK_POLL_MS = 50
const BUILD_KEEP_MS = 3600000

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const buildOnly = process.argv[2] === '--build-only'
const cache = path.join(root, 'node_modules', '.cache', 'shoal')
const dist = path.join(root, 'dist')

if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR_MIN) startWithNewerNode()
else if (buildOnly) process.exitCode = build(fingerprint(), 'inherit') ? 0 : 1
else startCli()

/** Hands over to the Node that is installed beside us; signals and the exit code pass through. */
function startWithNewerNode() {
  const newer = findNewerNode()
  if (newer === null) {
    const message = 'shoal needs Node ' + NODE_MAJOR_MIN + ' or newer, this is ' + process.version
    process.stderr.write(
      'SHOAL_NODE_TOO_OLD: ' + message + '\n  next: install Node ' + NODE_MAJOR_MIN + ', or run npm ci\n',
    )
    process.exit(2)
  }
  const args = [fileURLToPath(import.meta.url)].concat(process.argv.slice(2))
  const env = Object.assign({}, process.env, { SHOAL_LAUNCHED: '1' })
  const child = childProcess.spawn(newer, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(
      'SHOAL_NODE_TOO_OLD: ' + newer + ' does not start: ' + error.message + '\n  next: install Node 24\n',
    )
    process.exit(2)
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code === null ? 1 : code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

function findNewerNode() {
  const name = 'node-' + process.platform + '-' + process.arch
  const file = process.platform === 'win32' ? 'node.exe' : 'node'
  for (const start of [root, process.cwd()]) {
    for (let at = start; ; at = path.dirname(at)) {
      const candidate = path.join(at, 'node_modules', name, 'bin', file)
      if (fs.existsSync(candidate)) return candidate
      if (path.dirname(at) === at) break
    }
  }
  return null
}

function startCli() {
  if (process.env.SHOAL_LAUNCHED === '1' && process.connected) {
    // The older Node that started us is gone: nobody would read our exit code or pass us a signal.
    process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))
    process.channel.unref()
  }
  if (typeof moduleApi.enableCompileCache === 'function') moduleApi.enableCompileCache()
  import(pathToFileURL(cliFile()).href).then(
    (cli) => cli.main(process.argv.slice(2)),
    (error) => {
      const text = error instanceof Error ? error.stack : String(error)
      process.stderr.write('SHOAL_INTERNAL: shoal does not start: ' + text + '\n')
      process.stderr.write('  next: run npm ci, then npm run build\n')
      process.exit(1)
    },
  )
}

/** A published package has its build and no sources; a clone has sources and gets a build that fits them. */
function cliFile() {
  const built = path.join(dist, 'node', 'cli.js')
  if (!isClone()) return built
  if (!fs.existsSync(path.join(root, 'node_modules'))) {
    process.stderr.write('SHOAL_INTERNAL: the dependencies are not installed\n  next: run npm ci in ' + root + '\n')
    process.exit(1)
  }
  const wanted = fingerprint()
  if (isBuilt(wanted) || build(wanted, 'ignore')) return path.join(cache, wanted, 'node', 'cli.js')
  return path.join(root, 'node', 'cli.ts')
}

function isClone() {
  return fs.existsSync(path.join(root, 'tsconfig.build.json')) && fs.existsSync(path.join(root, 'src', 'index.ts'))
}

/** Changes whenever a source file was added, removed or written. */
function fingerprint() {
  const hash = crypto.createHash('sha256')
  for (const name of ['package.json', 'tsconfig.json', 'tsconfig.build.json']) addFile(hash, path.join(root, name))
  for (const name of ['src', 'node', 'simulations']) addFolder(hash, path.join(root, name))
  return hash.digest('hex').slice(0, 16)
}

function addFolder(hash, folder) {
  if (!fs.existsSync(folder)) return
  const entries = fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    const full = path.join(folder, entry.name)
    if (entry.isDirectory()) addFolder(hash, full)
    else addFile(hash, full)
  }
}

function addFile(hash, file) {
  const stat = fs.statSync(file)
  hash.update(file + '\0' + stat.size + '\0' + stat.mtimeMs + '\0')
}

function isBuilt(wanted) {
  return fs.existsSync(path.join(cache, wanted, 'complete'))
}

/**
 * Builds into a folder of its own, named by the fingerprint, then points dist at it in one step: whoever runs an older
 * build keeps its files, and nobody sees half a build. False when there is no usable build.
 */
function build(wanted, stdio) {
  const compiler = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  if (!fs.existsSync(compiler)) return false
  try {
    fs.mkdirSync(cache, { recursive: true })
    const locked = lock()
    try {
      const clean = isBuilt(wanted) && stdio === 'ignore' ? true : compile(compiler, wanted, stdio)
      if (isBuilt(wanted)) pointDistAt(path.join(cache, wanted))
      removeOldBuilds(wanted)
      return stdio === 'ignore' ? isBuilt(wanted) : clean
    } finally {
      if (locked) fs.rmSync(path.join(cache, 'lock'), { force: true })
    }
  } catch (error) {
    if (stdio !== 'ignore') process.stderr.write('SHOAL_INTERNAL: the build failed: ' + error.message + '\n')
    return false
  }
}

function compile(compiler, wanted, stdio) {
  const target = path.join(cache, wanted)
  const fresh = path.join(cache, 'building-' + process.pid)
  fs.rmSync(fresh, { recursive: true, force: true })
  const options = ['-p', path.join(root, 'tsconfig.build.json'), '--outDir', fresh, '--incremental', 'false']
  const run = childProcess.spawnSync(process.execPath, [compiler].concat(options), {
    cwd: root,
    stdio: ['ignore', stdio, stdio],
  })
  if (!fs.existsSync(path.join(fresh, 'node', 'cli.js'))) return false
  fs.writeFileSync(path.join(fresh, 'package.json'), '{"type":"module","sideEffects":false}\n')
  fs.writeFileSync(path.join(fresh, 'complete'), new Date().toISOString() + '\n')
  if (isBuilt(wanted)) fs.rmSync(fresh, { recursive: true, force: true })
  else fs.renameSync(fresh, target)
  return run.status === 0
}

/** In a clone dist is a link; a package that is being packed needs the files themselves. */
function pointDistAt(target) {
  const link = path.join(cache, 'link-' + process.pid)
  fs.rmSync(link, { recursive: true, force: true })
  if (buildOnly && process.argv[3] === '--copy') fs.cpSync(target, link, { recursive: true })
  else fs.symlinkSync(path.relative(root, target), link, process.platform === 'win32' ? 'junction' : 'dir')
  const isFolder = fs.existsSync(dist) && !fs.lstatSync(dist).isSymbolicLink()
  if (isFolder || fs.lstatSync(link).isDirectory()) fs.rmSync(dist, { recursive: true, force: true })
  fs.renameSync(link, dist)
}

function removeOldBuilds(wanted) {
  for (const name of fs.readdirSync(cache)) {
    const full = path.join(cache, name)
    if (name === wanted || name === 'lock' || !fs.existsSync(full)) continue
    if (Date.now() - fs.lstatSync(full).mtimeMs > BUILD_KEEP_MS) fs.rmSync(full, { recursive: true, force: true })
  }
}

/** One build at a time; the lock of a builder that died does not count. False when waiting took too long. */
function lock() {
  const file = path.join(cache, 'lock')
  for (const start = Date.now(); Date.now() - start < LOCK_WAIT_MS_MAX; pause()) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: 'wx' })
      return true
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      if (!lockHolderLives(file)) fs.rmSync(file, { force: true })
    }
  }
  return false
}

function lockHolderLives(file) {
  let holder = 0
  try {
    holder = Number(fs.readFileSync(file, 'utf8'))
    // An empty file belongs to a builder that is about to write its id.
    if (holder === 0) return Date.now() - fs.statSync(file).mtimeMs < 1000
    process.kill(holder, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function pause() {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_POLL_MS)
}
