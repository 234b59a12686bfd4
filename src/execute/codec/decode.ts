/** Decodes canonical bytes into the value they stand for; bytes that the encoder never makes are refused. */
import { codecLimits } from '../../limits.ts'
import { ByteReader } from './byte-reader.ts'
import type { ClassTable, Decode, DecodeOptions } from './codec.ts'
import {
  decodeArrayBuffer,
  decodeBigInt,
  decodeDate,
  decodePooledBuffer,
  decodeRegExp,
  decodeView,
  decodeWholeView,
  makeError,
  type Source,
} from './decode-builtin.ts'
import { isKeyList, type Shape, ShapeIndex } from './shapes.ts'
import { setSparseLength } from './sparse-array.ts'
import {
  depthMax,
  formatVersion,
  shapeKeysMax,
  shapesMax,
  shortStringBit,
  shortStringMax,
  smallIntegerBit,
  smallIntegerMax,
  Tag,
} from './tags.ts'

export const decode: Decode = (bytes, options = {}) => new Decoder(bytes, options).run()

interface Deferred {
  readonly tag: number
  readonly object: object
}

class Decoder implements Source {
  readonly reader: ByteReader
  readonly objects: object[]
  readonly #classes: ClassTable | undefined
  readonly #parents: readonly unknown[] | undefined
  readonly #firstObject: number
  readonly #deferred: Deferred[] = []
  readonly #shapeIndex = new ShapeIndex()
  readonly #shapes: Shape[] = []
  readonly #classNames: string[] = []

  constructor(bytes: Uint8Array, options: DecodeOptions) {
    this.reader = new ByteReader(bytes)
    this.objects = options.known ?? []
    this.#classes = options.classes
    this.#parents = options.parents?.length === 0 ? undefined : options.parents
    this.#firstObject = this.objects.length
  }

  run(): unknown {
    try {
      if (this.reader.byte() !== formatVersion) throw this.reader.fail('the format version is unknown')
      const value = this.#value(0)
      // Bodies may defer further objects: the list grows while it is walked.
      for (const { tag, object } of this.#deferred) this.#body(tag, object, 0)
      if (this.reader.left > 0) throw this.reader.fail('there are bytes after the value')
      return value
    } catch (thrown) {
      this.objects.length = this.#firstObject
      throw thrown
    }
  }

  readonly register = <T extends object>(object: T): T => {
    this.objects.push(object)
    return object
  }

  string(): string {
    return this.#string(this.reader.byte())
  }

  number(): number {
    return this.#number(this.reader.byte())
  }

  #value(depth: number): unknown {
    const tag = this.reader.byte()
    if (tag >= smallIntegerBit) return tag & smallIntegerMax
    if (tag >= shortStringBit) return this.reader.latin1(tag & shortStringMax)
    switch (tag) {
      case Tag.undefined:
        return undefined
      case Tag.null:
        return null
      case Tag.false:
        return false
      case Tag.true:
        return true
      case Tag.integer:
      case Tag.float64:
        return this.#number(tag)
      case Tag.bigint:
        return decodeBigInt(this.reader)
      case Tag.latin1:
      case Tag.utf16:
        return this.#string(tag)
      case Tag.parent:
        return this.#parent()
      default:
        return this.#object(tag, depth)
    }
  }

  #parent(): unknown {
    const number = this.reader.varint()
    if (this.#parents === undefined || number >= this.#parents.length)
      throw this.reader.fail('a result that is waited for is missing')
    return this.#parents[number]
  }

  #string(tag: number): string {
    if (tag >= shortStringBit && tag < smallIntegerBit) return this.reader.latin1(tag & shortStringMax)
    if (tag === Tag.utf16) return this.reader.utf16()
    const length = tag === Tag.latin1 ? this.reader.count(1) : 0
    if (length <= shortStringMax) throw this.reader.fail('a string is not canonical')
    return this.reader.latin1(length)
  }

  #number(tag: number): number {
    if (tag >= smallIntegerBit) return tag & smallIntegerMax
    if (tag === Tag.integer) return this.reader.integer()
    const value = tag === Tag.float64 ? this.reader.float64() : 0
    if (isInteger(value)) throw this.reader.fail('a number is not canonical')
    return value
  }

  #object(tag: number, depth: number): object {
    switch (tag) {
      case Tag.reference:
        return this.#reference()
      case Tag.date:
        return decodeDate(this)
      case Tag.regexp:
        return decodeRegExp(this)
      case Tag.arrayBuffer:
        return decodeArrayBuffer(this)
      case Tag.view:
        return decodeView(this)
      case Tag.wholeView:
        return decodeWholeView(this)
      case Tag.pooledBuffer:
        return decodePooledBuffer(this)
      default:
        return this.#container(tag, depth)
    }
  }

  #reference(): object {
    const object = this.objects[this.reader.varint()]
    if (object === undefined) throw this.reader.fail('a reference leads nowhere')
    return object
  }

  #container(firstTag: number, depth: number): object {
    const deep = firstTag === Tag.deferred
    if (deep !== depth >= depthMax) throw this.reader.fail('the depth of an object is wrong')
    const tag = deep ? this.reader.byte() : firstTag
    const object = this.register(this.#open(tag))
    if (deep) this.#deferred.push({ tag, object })
    else this.#body(tag, object, depth)
    return object
  }

  #open(tag: number): object {
    switch (tag) {
      case Tag.array:
      case Tag.numberArray:
      case Tag.integerArray:
      case Tag.sparseArray:
        return []
      case Tag.object:
        return {}
      case Tag.nullObject:
        return Object.create(null)
      case Tag.instance:
        return Object.create(this.#prototype())
      case Tag.map:
        return new Map()
      case Tag.set:
        return new Set()
      case Tag.error:
        return makeError(this.reader.varint(), this.reader)
      default:
        throw this.reader.fail(`tag ${tag} is unknown`)
    }
  }

  #prototype(): object {
    const number = this.reader.varint()
    if (number > this.#classNames.length) throw this.reader.fail('a class has no name')
    const name = this.#classNames[number] ?? this.string()
    if (number === this.#classNames.length) {
      if (this.#classNames.includes(name)) throw this.reader.fail('a class is named twice')
      this.#classNames.push(name)
    }
    const prototype: unknown = this.#classes?.get(name)?.prototype
    if (typeof prototype !== 'object' || prototype === null) throw this.reader.fail('a class is unknown')
    return prototype
  }

  #body(tag: number, object: object, depth: number): void {
    switch (tag) {
      case Tag.array:
        this.#elements(object as unknown[], depth)
        return
      case Tag.numberArray:
        this.#numbers(object as unknown[])
        return
      case Tag.integerArray:
        this.#integers(object as unknown[])
        return
      case Tag.sparseArray:
        this.#sparseElements(object as unknown[], depth)
        return
      case Tag.map:
        this.#entries(object as Map<unknown, unknown>, depth)
        return
      case Tag.set:
        this.#members(object as Set<unknown>, depth)
        return
      case Tag.error:
        this.#errorProperties(object as Error, depth)
        return
      default:
        this.#properties(object as Record<string, unknown>, depth)
        return
    }
  }

  #elements(array: unknown[], depth: number): void {
    const length = this.reader.count(1)
    let numbers = 0
    for (let index = 0; index < length; index++) {
      const element = this.#value(depth + 1)
      if (typeof element === 'number') numbers++
      array.push(element)
    }
    // What stands for a result may turn out to be a number.
    if (numbers < length || length === 0 || this.#parents !== undefined) return
    const oneFraction = length === 1 && !isInteger(Number(array[0]))
    if (!oneFraction) throw this.reader.fail('an array of numbers is not canonical')
  }

  #integers(array: unknown[]): void {
    const length = this.reader.count(1)
    if (length === 0) throw this.reader.fail('an array of numbers is not canonical')
    for (let index = 0; index < length; index++) array.push(this.reader.zigzag())
  }

  #numbers(array: unknown[]): void {
    const length = this.reader.count(8)
    let fractions = false
    for (let index = 0; index < length; index++) {
      const value = this.reader.float64()
      if (!isInteger(value)) fractions = true
      array.push(value)
    }
    if (!fractions || length < 2) throw this.reader.fail('an array of numbers is not canonical')
  }

  #sparseElements(array: unknown[], depth: number): void {
    const length = this.reader.varint()
    const count = this.reader.count(2)
    if (length > 0xffffffff || count >= length) throw this.reader.fail('an array has an impossible length')
    setSparseLength(array, length)
    let before = -1
    for (let at = 0; at < count; at++) {
      const index = this.reader.varint()
      if (index <= before || index >= length) throw this.reader.fail('an array index is out of order')
      array[index] = this.#value(depth + 1)
      before = index
    }
  }

  #entries(map: Map<unknown, unknown>, depth: number): void {
    const size = this.#size(2)
    for (let at = 0; at < size; at++) {
      const key = this.#value(depth + 1)
      map.set(key, this.#value(depth + 1))
    }
    if (map.size !== size && this.#parents === undefined) throw this.reader.fail('a map has a key twice')
  }

  #members(set: Set<unknown>, depth: number): void {
    const size = this.#size(1)
    for (let at = 0; at < size; at++) set.add(this.#value(depth + 1))
    if (set.size !== size && this.#parents === undefined) throw this.reader.fail('a set has a member twice')
  }

  /** Entries of a map or set: the engine holds no more than a limit, bytes or not. */
  #size(bytesEach: number): number {
    const size = this.reader.count(bytesEach)
    if (size > codecLimits.objectsMax) throw this.reader.fail('a map or set has too many entries')
    return size
  }

  #errorProperties(error: Error, depth: number): void {
    const engineStack = this.#flag()
    if (engineStack) error.stack = this.string()
    else delete error.stack
    const count = this.reader.count(3)
    for (let at = 0; at < count; at++) {
      const enumerable = this.#flag()
      const key = this.string()
      if (Object.hasOwn(error, key)) throw this.reader.fail('an error has a property twice')
      const value = this.#value(depth + 1)
      Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true })
    }
  }

  #flag(): boolean {
    const byte = this.reader.byte()
    if (byte > 1) throw this.reader.fail('a flag is neither 0 nor 1')
    return byte === 1
  }

  #properties(object: Record<string, unknown>, depth: number): void {
    const number = this.reader.varint()
    if (number === 0) {
      this.#listedProperties(object, depth)
      return
    }
    if (number > this.#shapes.length + 1) throw this.reader.fail('a key list is unknown')
    const { keys } = this.#shapes[number - 1] ?? this.#defineShape()
    for (const key of keys) {
      const value = this.#value(depth + 1)
      if (key === '__proto__') defineOwn(object, key, value)
      else object[key] = value
    }
  }

  #defineShape(): Shape {
    const keys = Array.from({ length: this.reader.count(1) }, () => this.string())
    const tooMany = keys.length > shapeKeysMax || this.#shapes.length >= shapesMax
    if (tooMany || !isKeyList(keys) || this.#shapeIndex.find(keys) !== null)
      throw this.reader.fail('a key list is not canonical')
    const shape = this.#shapeIndex.add(keys)
    this.#shapes.push(shape)
    return shape
  }

  #listedProperties(object: Record<string, unknown>, depth: number): void {
    const count = this.reader.count(2)
    const keys: string[] = []
    for (let at = 0; at < count; at++) {
      const key = this.string()
      if (Object.hasOwn(object, key)) throw this.reader.fail('an object has a key twice')
      keys.push(key)
      defineOwn(object, key, this.#value(depth + 1))
    }
    const wide = count > shapeKeysMax || this.#shapes.length >= shapesMax
    const ordered = Object.getOwnPropertyNames(object).every((key, at) => key === keys[at])
    if (!wide || !ordered || (count <= shapeKeysMax && this.#shapeIndex.find(keys) !== null)) {
      throw this.reader.fail('an object is not canonical')
    }
  }
}

function isInteger(value: number): boolean {
  return (value | 0) === value && !(value === 0 && 1 / value < 0)
}

/** Plain assignment to `__proto__` would change the prototype. */
function defineOwn(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true })
}
