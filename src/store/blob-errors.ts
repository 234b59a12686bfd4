/** What can go wrong with a blob, in the words of the error table. */
import { ShoalError } from '../errors.ts'
import { sizes } from '../limits.ts'
import type { Cid } from '../program/ref.ts'

export function blobMissing(cid: Cid): ShoalError {
  return new ShoalError('SHOAL_BLOB_MISSING', `blob ${cid} is not here`, { next: 'fetch it from another holder' })
}

export function blobCorrupt(cid: Cid): ShoalError {
  return new ShoalError('SHOAL_BLOB_CORRUPT', `the bytes of blob ${cid} do not match its hash`, {
    next: 'fetch it again from another holder',
  })
}

export function blobQuota(needed: number, quota: number): ShoalError {
  return new ShoalError('SHOAL_BLOB_QUOTA', `${needed} more bytes would exceed the quota of ${quota} bytes for blobs`, {
    next: 'acknowledge finished jobs, or give the hub a larger quota',
  })
}

export function blobTooLarge(bytes: number): ShoalError {
  return new ShoalError('SHOAL_VALUE_TOO_LARGE', `a blob of ${bytes} bytes is larger than ${sizes.blobBytesMax}`, {
    next: 'split the value into smaller ones',
  })
}

export function partialGap(cid: Cid, offset: number, size: number): ShoalError {
  return new ShoalError(
    'SHOAL_FRAME_INVALID',
    `a part of blob ${cid} at ${offset} does not follow the ${size} bytes here`,
    {
      next: 'go on from partialSize',
    },
  )
}
