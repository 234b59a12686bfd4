/** Encodes a value into canonical bytes; the walk refuses whatever would not arrive exactly as it is. */
import { types } from 'node:util'
import { codecLimits } from '../../limits.ts'
import { arrayForm } from './array-form.ts'
import { BytesOverflow, ByteWriter } from './byte-writer.ts'
import { classOf } from './classes.ts'
import type { Encode, EncodeOptions } from './codec.ts'
import { leafEncoder, type Sink } from './encode-builtin.ts'
import { type FieldSink, fieldWalk, walkAfter } from './field-walk.ts'
import { ObjectTable } from './object-table.ts'
import { type Objection, objectionToExtras, objectionToProperty, plainKeys } from './properties.ts'
import { pathText, type Trail, ValueError } from './refusal.ts'
import { ShapeExamples } from './shape-examples.ts'
import { type Shape, ShapeIndex } from './shapes.ts'
import { depthMax, errorConstructors, shapeKeysMax, shapesMax, Tag } from './tags.ts'
import { objectionToHiddenState } from './unsupported.ts'

export const encode: Encode = (value, options = {}) => new Encoder(options).run(value)

/** An object whose opening is written and whose body follows the value. */
interface Deferred {
  readonly tag: number
  readonly object: object
  readonly trail: Trail
}

const errorPrototypes: readonly object[] = errorConstructors.map(({ prototype }) => prototype)
const freshErrorStack = Object.getOwnPropertyDescriptor(new Error('example'), 'stack')

class Encoder implements Sink, FieldSink {
  readonly writer: ByteWriter
  readonly table: ObjectTable
  readonly #options: EncodeOptions
  readonly #bytesMax: number
  readonly #keys: (string | number)[] = []
  readonly #deferred: Deferred[] = []
  readonly #shapes = new ShapeIndex()
  readonly #examples = new ShapeExamples()
  readonly #classNumbers = new Map<string, number>()
  #before: Trail | null = null

  constructor(options: EncodeOptions) {
    this.#options = options
    this.#bytesMax = options.bytesMax ?? codecLimits.encodedBytesMax
    this.writer = new ByteWriter(this.#bytesMax)
    this.table = new ObjectTable(options.known)
  }

  run(value: unknown): Uint8Array {
    try {
      this.#value(value, 0)
      // Bodies may defer further objects: the list grows while it is walked.
      for (const { tag, object, trail } of this.#deferred) {
        this.#before = trail
        this.#body(tag, object, 0)
      }
      return this.writer.finish()
    } catch (thrown) {
      this.writer.release()
      this.table.rollBack()
      if (!(thrown instanceof BytesOverflow)) throw thrown
      throw new ValueError('$', 'too-large', `more than ${this.#bytesMax} bytes`)
    }
  }

  string(value: string): void {
    this.writer.string(value)
  }

  number(value: number): void {
    this.writer.number(value)
  }

  other(value: unknown, key: string, depth: number): void {
    this.#keys[depth] = key
    this.#value(value, depth + 1)
  }

  #value(value: unknown, depth: number): void {
    switch (typeof value) {
      case 'string':
        this.writer.string(value)
        return
      case 'number':
        this.writer.number(value)
        return
      case 'boolean':
        this.writer.byte(value ? Tag.true : Tag.false)
        return
      case 'undefined':
        this.writer.byte(Tag.undefined)
        return
      case 'bigint':
        this.#bigint(value)
        return
      case 'object':
        if (value === null) this.writer.byte(Tag.null)
        else this.#object(value, depth)
        return
      default:
        throw this.#refusal(depth, { reason: typeof value === 'symbol' ? 'symbol' : 'function' })
    }
  }

  #bigint(value: bigint): void {
    const digits = (value < 0n ? -value : value).toString(16)
    const magnitude = value === 0n ? Buffer.alloc(0) : Buffer.from(digits.length % 2 ? `0${digits}` : digits, 'hex')
    this.writer.byte(Tag.bigint)
    this.writer.byte(value < 0n ? 1 : 0)
    this.writer.varint(magnitude.length)
    this.writer.bytes(magnitude.reverse())
  }

  #object(object: object, depth: number): void {
    if (Array.isArray(object)) {
      this.#array(object, depth)
      return
    }
    const shape = depth < depthMax ? this.#examples.find(object) : null
    if (shape === null) {
      this.#byPrototype(object, depth)
    } else if (this.#isNew(object, depth)) {
      this.writer.byte(Tag.object)
      this.writer.varint(shape.number + 1)
      this.#shapeValues(object, shape, depth)
    }
  }

  /** True for an object not met before; for others a reference is written. */
  #isNew(object: object, depth: number): boolean {
    const number = this.table.claim(object)
    if (number >= 0) {
      this.writer.byte(Tag.reference)
      this.writer.varint(number)
      return false
    }
    if (this.table.full) throw this.#refusal(depth, { reason: 'too-large', detail: 'too many objects' })
    return true
  }

  #byPrototype(object: object, depth: number): void {
    if (types.isProxy(object)) {
      this.#standIn(object, depth)
      return
    }
    const prototype: object | null = Object.getPrototypeOf(object)
    const leaf = prototype === null ? undefined : leafEncoder(prototype)
    if (leaf !== undefined && this.table.find(object) < 0) {
      const objection = leaf(object, this)
      if (objection !== null) throw this.#refusal(depth, objection)
      return
    }
    if (this.#isNew(object, depth)) this.#branch(object, prototype, depth)
  }

  #standIn(proxy: object, depth: number): void {
    const parent = this.#options.parents?.(proxy) ?? null
    if (parent === null) throw this.#refusal(depth, { reason: 'proxy' })
    this.writer.byte(Tag.parent)
    this.writer.varint(parent)
  }

  #branch(object: object, prototype: object | null, depth: number): void {
    if (prototype === null || prototype === Object.prototype) {
      const objection = objectionToHiddenState(object)
      if (objection !== null) throw this.#refusal(depth, objection)
      this.#container(prototype === null ? Tag.nullObject : Tag.object, object, depth)
      return
    }
    if (prototype === Map.prototype && types.isMap(object)) {
      this.#container(Tag.map, object, depth)
      return
    }
    if (prototype === Set.prototype && types.isSet(object)) {
      this.#container(Tag.set, object, depth)
      return
    }
    const errorKind = errorPrototypes.indexOf(prototype)
    if (errorKind >= 0 && types.isNativeError(object)) {
      this.#container(Tag.error, object, depth, errorKind)
      return
    }
    this.#instance(object, prototype, depth)
  }

  #instance(object: object, prototype: object, depth: number): void {
    const verdict = objectionToHiddenState(object) ?? classOf(prototype, this.#options.classes)
    if ('reason' in verdict) throw this.#refusal(depth, verdict)
    const { name } = verdict
    const known = this.#classNumbers.get(name)
    this.#container(
      Tag.instance,
      object,
      depth,
      known ?? this.#classNumbers.size,
      known === undefined ? name : undefined,
    )
    if (known === undefined) this.#classNumbers.set(name, this.#classNumbers.size)
  }

  #array(array: readonly unknown[], depth: number): void {
    if (!this.#isNew(array, depth)) return
    const form = arrayForm(array)
    if (typeof form !== 'number') throw this.#refusal(depth, form)
    this.#container(form, array, depth)
  }

  /** Opens an object (tag and what is needed to create it) and writes its body, or leaves that for later when too deep. */
  #container(tag: number, object: object, depth: number, detail?: number, name?: string): void {
    const deep = depth >= depthMax
    if (deep) this.writer.byte(Tag.deferred)
    this.writer.byte(tag)
    if (detail !== undefined) this.writer.varint(detail)
    if (name !== undefined) this.writer.string(name)
    if (deep) this.#deferred.push({ tag, object, trail: this.#trail(depth) })
    else this.#body(tag, object, depth)
  }

  #body(tag: number, object: object, depth: number): void {
    switch (tag) {
      case Tag.array:
        this.#elements(object as readonly unknown[], depth)
        return
      case Tag.numberArray:
        this.writer.varint((object as readonly unknown[]).length)
        this.writer.float64s(object as readonly unknown[])
        return
      case Tag.integerArray:
        this.writer.varint((object as readonly unknown[]).length)
        this.writer.integers(object as readonly unknown[])
        return
      case Tag.sparseArray:
        this.#sparseElements(object as readonly unknown[], depth)
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
        this.#properties(object, depth)
        return
    }
  }

  #elements(array: readonly unknown[], depth: number): void {
    const { length } = array
    this.writer.varint(length)
    for (let index = 0; index < length; index++) {
      const value = array[index]
      if (typeof value === 'string') {
        this.writer.string(value)
        continue
      }
      this.#keys[depth] = index
      this.#value(value, depth + 1)
    }
  }

  #sparseElements(array: readonly unknown[], depth: number): void {
    const indices = Object.keys(array)
    this.writer.varint(array.length)
    this.writer.varint(indices.length)
    for (const text of indices) {
      const index = Number(text)
      this.#keys[depth] = index
      this.writer.varint(index)
      this.#value(array[index], depth + 1)
    }
  }

  #entries(map: Map<unknown, unknown>, depth: number): void {
    this.#refuseExtras(map, depth)
    this.writer.varint(map.size)
    let at = 0
    Map.prototype.forEach.call(map, (value, key) => {
      this.#keys[depth] = `<key ${at}>`
      this.#value(key, depth + 1)
      this.#keys[depth] = `<value ${at++}>`
      this.#value(value, depth + 1)
    })
  }

  #members(set: Set<unknown>, depth: number): void {
    this.#refuseExtras(set, depth)
    this.writer.varint(set.size)
    let at = 0
    Set.prototype.forEach.call(set, (member) => {
      this.#keys[depth] = `<member ${at++}>`
      this.#value(member, depth + 1)
    })
  }

  /** Own properties of an error are mostly hidden ones; the engine's `stack` is an accessor and is carried as text. */
  #errorProperties(error: Error, depth: number): void {
    const names = Object.getOwnPropertyNames(error)
    const stack = Object.getOwnPropertyDescriptor(error, 'stack')
    const engineStack = stack?.get !== undefined && stack.get === freshErrorStack?.get
    this.#refuseExtras(error, depth, names)
    this.writer.byte(engineStack ? 1 : 0)
    if (engineStack) {
      if (typeof error.stack !== 'string') throw this.#refusal(depth, { reason: 'unusual-property', key: 'stack' })
      this.writer.string(error.stack)
    }
    const carried = engineStack ? names.filter((name) => name !== 'stack') : names
    this.writer.varint(carried.length)
    for (const name of carried) {
      const objection = objectionToProperty(error, name, true)
      if (objection !== null) throw this.#refusal(depth, objection)
      this.writer.byte(Object.prototype.propertyIsEnumerable.call(error, name) ? 1 : 0)
      this.writer.string(name)
      this.#keys[depth] = name
      this.#value(Reflect.get(error, name), depth + 1)
    }
  }

  #properties(object: object, depth: number): void {
    const keys = plainKeys(object)
    if ('reason' in keys) throw this.#refusal(depth, keys)
    let shape = keys.length > shapeKeysMax ? null : this.#shapes.find(keys)
    if (shape === null && keys.length <= shapeKeysMax && this.#shapes.count < shapesMax) shape = this.#defineShape(keys)
    else if (shape !== null) this.writer.varint(shape.number + 1)
    if (shape === null) {
      this.#listedProperties(object, keys, depth)
      return
    }
    this.#examples.remember(object, shape)
    this.#shapeValues(object, shape, depth)
  }

  #defineShape(keys: readonly string[]): Shape {
    const shape = this.#shapes.add(keys)
    this.writer.varint(shape.number + 1)
    this.writer.varint(keys.length)
    for (const key of keys) this.writer.string(key)
    return shape
  }

  #listedProperties(object: object, keys: readonly string[], depth: number): void {
    this.writer.varint(0)
    this.writer.varint(keys.length)
    for (const key of keys) {
      this.writer.string(key)
      this.#keys[depth] = key
      this.#value(Reflect.get(object, key), depth + 1)
    }
  }

  #shapeValues(object: object, shape: Shape, depth: number): void {
    if (shape.fields !== null) {
      shape.fields(object, this, depth)
      return
    }
    if (++shape.met === walkAfter) shape.fields = fieldWalk(shape.keys)
    const fields = object as Record<string, unknown>
    for (const key of shape.keys) {
      const value = fields[key]
      // Most fields by far; they are never refused, so nobody asks for their path.
      if (typeof value === 'string') this.writer.string(value)
      else if (typeof value === 'number') this.writer.number(value)
      else {
        this.#keys[depth] = key
        this.#value(value, depth + 1)
      }
    }
  }

  #refuseExtras(object: object, depth: number, allowed: readonly string[] = []): void {
    const objection = objectionToExtras(object, allowed)
    if (objection !== null) throw this.#refusal(depth, objection)
  }

  #trail(depth: number): Trail {
    return { before: this.#before, keys: this.#keys.slice(0, depth) }
  }

  #refusal(depth: number, { reason, key, detail }: Objection): ValueError {
    const trail = this.#trail(depth)
    return new ValueError(pathText(key === undefined ? trail : { before: trail, keys: [key] }), reason, detail)
  }
}
