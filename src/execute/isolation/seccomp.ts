/** The system calls a jailed slot is denied, as a BPF program for the kernel's seccomp, written per architecture. */

/** What differs between architectures: the kernel's name for it, and its numbers of system calls. */
interface Architecture {
  readonly audit: number
  /** Answered with EPERM. */
  readonly denied: readonly number[]
  readonly clone: number
  /** Calls from here on belong to another calling convention of the same kernel; null where there is none. */
  readonly foreignFrom: number | null
}

/** The same numbers everywhere: calls newer than the common table. */
const newCalls = [
  424, // pidfd_send_signal
  425, // io_uring_setup
  426, // io_uring_enter
  427, // io_uring_register
  428, // open_tree
  429, // move_mount
  430, // fsopen
  431, // fsconfig
  432, // fsmount
  433, // fspick
  434, // pidfd_open
  438, // pidfd_getfd
  442, // mount_setattr
  447, // memfd_secret
]
const CLONE3 = 435

const x64: Architecture = {
  audit: 0xc000_003e,
  clone: 56,
  foreignFrom: 0x4000_0000,
  denied: [
    ...[41, 42, 43, 46, 47, 49, 50, 53, 288], // socket connect accept sendmsg recvmsg bind listen socketpair accept4
    ...[57, 58, 62, 200], // fork vfork kill tkill
    ...[29, 30, 64, 68, 240], // shmget shmat semget msgget mq_open
    ...[101, 310, 311], // ptrace process_vm_readv process_vm_writev
    ...[155, 161, 165, 166, 272, 303, 304, 308], // pivot_root chroot mount umount2 unshare name_to_handle_at open_by_handle_at setns
    ...[103, 135, 154, 159, 163, 164, 167, 168, 169, 172, 173, 179, 227, 305], // syslog personality modify_ldt clocks swap reboot ports quota
    ...[175, 176, 246, 313, 320], // modules, kexec
    ...[248, 249, 250, 298, 300, 319, 321, 323], // keys perf_event_open fanotify_init memfd_create bpf userfaultfd
    ...newCalls,
  ],
}

const arm64: Architecture = {
  audit: 0xc000_00b7,
  clone: 220,
  foreignFrom: null,
  denied: [
    ...[198, 199, 200, 201, 202, 203, 211, 212, 242], // socket socketpair bind listen accept connect sendmsg recvmsg accept4
    ...[129, 130], // kill tkill
    ...[180, 186, 190, 194, 196], // mq_open msgget semget shmget shmat
    ...[117, 270, 271], // ptrace process_vm_readv process_vm_writev
    ...[39, 40, 41, 51, 97, 264, 265, 268], // umount2 mount pivot_root chroot unshare name_to_handle_at open_by_handle_at setns
    ...[60, 89, 92, 112, 116, 142, 170, 171, 224, 225, 266], // quotactl acct personality clocks syslog reboot swap
    ...[104, 105, 106, 273, 294], // kexec, modules
    ...[217, 218, 219, 241, 262, 279, 280, 282], // keys perf_event_open fanotify_init memfd_create bpf userfaultfd
    ...newCalls,
  ],
}

const architectures: Readonly<Record<string, Architecture>> = { x64, arm64 }

const LOAD_WORD = 0x20
const JUMP_IF_EQUAL = 0x15
const JUMP_IF_AT_LEAST = 0x35
const JUMP_IF_SET = 0x45
const RETURN = 0x06

// Offsets in the kernel's struct seccomp_data.
const NUMBER = 0
const ARCHITECTURE = 4
const FIRST_ARGUMENT = 16

const CLONE_THREAD = 0x0001_0000
const ALLOW = 0x7fff_0000
const KILL_PROCESS = 0x8000_0000
const FAIL_EPERM = 0x0005_0001
const FAIL_ENOSYS = 0x0005_0026

interface Instruction {
  readonly code: number
  readonly value: number
  /** Instructions to skip when the condition holds, and when it does not. */
  readonly holds?: number
  readonly otherwise?: number
}

/**
 * The filter for an architecture as Node names it, or null where none is known. Threads may start, processes may not;
 * `clone3`, whose flags a filter cannot see, is said not to exist, so that libc falls back to `clone`.
 */
export function seccompFilter(architecture: string): Uint8Array | null {
  const known = architectures[architecture]
  return known === undefined ? null : assemble(instructionsFor(known))
}

function instructionsFor({ audit, denied, clone, foreignFrom }: Architecture): Instruction[] {
  const foreign =
    foreignFrom === null
      ? []
      : [
          { code: JUMP_IF_AT_LEAST, value: foreignFrom, holds: 0, otherwise: 1 },
          { code: RETURN, value: FAIL_EPERM },
        ]
  return [
    { code: LOAD_WORD, value: ARCHITECTURE },
    { code: JUMP_IF_EQUAL, value: audit, holds: 1, otherwise: 0 },
    { code: RETURN, value: KILL_PROCESS },
    { code: LOAD_WORD, value: NUMBER },
    ...foreign,
    { code: JUMP_IF_EQUAL, value: CLONE3, holds: 0, otherwise: 1 },
    { code: RETURN, value: FAIL_ENOSYS },
    { code: JUMP_IF_EQUAL, value: clone, holds: 0, otherwise: 3 },
    { code: LOAD_WORD, value: FIRST_ARGUMENT },
    { code: JUMP_IF_SET, value: CLONE_THREAD, holds: denied.length + 2, otherwise: 0 },
    { code: RETURN, value: FAIL_EPERM },
    ...denied.map((value, index) => comparison(value, denied.length - 1 - index)),
    { code: RETURN, value: FAIL_EPERM },
    { code: RETURN, value: ALLOW },
  ]
}

/** Behind the last comparison comes the refusal, behind that the permission. */
function comparison(value: number, left: number): Instruction {
  return { code: JUMP_IF_EQUAL, value, holds: left, otherwise: left === 0 ? 1 : 0 }
}

/** struct sock_filter: u16 code, u8 jump when true, u8 jump when false, u32 value. */
function assemble(instructions: readonly Instruction[]): Uint8Array {
  const bytes = Buffer.alloc(instructions.length * 8)
  instructions.forEach(({ code, value, holds = 0, otherwise = 0 }, index) => {
    bytes.writeUInt16LE(code, index * 8)
    bytes.writeUInt8(holds, index * 8 + 2)
    bytes.writeUInt8(otherwise, index * 8 + 3)
    bytes.writeUInt32LE(value, index * 8 + 4)
  })
  return bytes
}
