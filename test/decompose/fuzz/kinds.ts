/** All kinds of statements that programs are generated from. */
import { bestKinds } from './bests.ts'
import { collectKinds } from './collects.ts'
import { excerptKinds } from './excerpts.ts'
import { exitKinds } from './exits.ts'
import { fieldKinds } from './fields.ts'
import { givenKinds } from './given.ts'
import { groupKinds } from './groups.ts'
import { nestKinds } from './nests.ts'
import { oldLoopKinds } from './old-loops.ts'
import type { Kind } from './parts.ts'
import { pipelineKinds } from './pipelines.ts'
import { reductionKinds } from './reductions.ts'
import { rowKinds } from './rows.ts'
import { sideBySideKinds } from './side-by-side.ts'
import { sliceKinds } from './slices.ts'
import { plainKinds } from './statements.ts'
import { tableKinds } from './tables.ts'
import { taskKinds } from './tasks.ts'

export const kinds: Readonly<Record<string, Kind>> = {
  ...plainKinds,
  ...exitKinds,
  ...reductionKinds,
  ...sideBySideKinds,
  ...oldLoopKinds,
  ...rowKinds,
  ...nestKinds,
  ...bestKinds,
  ...taskKinds,
  ...tableKinds,
  ...pipelineKinds,
  ...groupKinds,
  ...collectKinds,
  ...sliceKinds,
  ...excerptKinds,
  ...givenKinds,
  ...fieldKinds,
}
