/** The runtime's entry inside a slot: reads a program's bytes and loads what they describe. */
import { decodeProgram } from '../program-bytes.ts'
import type { LoadProgram } from './contract.ts'
import { loadDecomposed } from './decomposed-program.ts'
import { loadWorkflow } from './workflow-program.ts'

export const loadProgram: LoadProgram = (bytes) => loadWorkflow(bytes) ?? loadDecomposed(decodeProgram(bytes))
