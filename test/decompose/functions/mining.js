// Proof of work without a bound: nonces until one is good enough.
import { createHash } from 'node:crypto';

const digest = (text) => createHash('sha256').update(text).digest('hex');

export default function mine({ blocks, prefix }) {
  const mined = [];
  let previous = '0';
  for (const block of blocks) { //: sequential carried-dependency must-not
    let nonce = 0;
    while (!digest(previous + block + nonce).startsWith(prefix)) nonce++; //: sequential,speculative any
    previous = digest(previous + block + nonce);
    mined.push({ block, nonce, hash: previous });
  }
  const checks = mined.map((m) => m.hash.startsWith(prefix)); //: parallel core
  return { mined, valid: checks.every(Boolean) }; //: speculative trivial
}

export function input(scale = 1) {
  return { blocks: Array.from({ length: 4 * scale }, (_, i) => 'block ' + i), prefix: '0' };
}
