/** The runtime's entry inside a slot: reads a program's bytes and loads what they describe. */
import type { Program } from '../../program/program.ts'
import { decodeProgram } from '../program-bytes.ts'
import type { LoadProgram } from './contract.ts'
import { loadDecomposed } from './decomposed-program.ts'
import { loadWorkflow } from './workflow-program.ts'

export const loadProgram: LoadProgram = (bytes) => loadWorkflow(bytes) ?? loadDecomposed(decoded(bytes))

/** Jobs of one program come with the same bytes, which nothing changes. */
const programs = new WeakMap<Uint8Array, Program>()

function decoded(bytes: Uint8Array): Program {
  const program = programs.get(bytes) ?? decodeProgram(bytes)
  programs.set(bytes, program)
  return program
}
