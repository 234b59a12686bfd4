/** What a machine tells about itself without being asked: labels that jobs may need, beside those its owner gave it. */
import { arch, availableParallelism, platform, totalmem } from 'node:os'

const MiB = 2 ** 20

/** `cores` that may be used, `memoryMiB` in all, `platform` and `arch` as Node names them. */
export function machineLabels(): Record<string, string> {
  return {
    cores: String(availableParallelism()),
    memoryMiB: String(Math.floor(totalmem() / MiB)),
    platform: platform(),
    arch: arch(),
  }
}
