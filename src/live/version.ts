/** The version of this package, as its package.json says. */
import { packageVersion } from '../package-folder.ts'

export const VERSION: string = packageVersion()
