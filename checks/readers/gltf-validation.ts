/**
 * What does the validator of the Khronos Group say of a GLB file? It is asked in a thread: files that its makers did not
 * think of overflow its stack where nothing can catch that, or keep it for hours.
 */
import { Worker } from 'node:worker_threads';
import { PROCESSES } from '../processes.js';

export interface GltfMessage {
  readonly code: string;
  readonly message: string;
  /** 0 is an error, 1 a warning, 2 information, 3 a hint. */
  readonly severity: number;
  readonly pointer?: string;
  readonly offset?: number;
}

const THREAD = new URL('gltf-thread.js', PROCESSES);

/** A file of 256 MiB takes some seconds. */
const DEADLINE_MS = 60_000;
/** On a larger stack, what recurses for ever takes minutes to overflow it. */
const RESOURCES = { maxOldGenerationSizeMb: 1024, stackSizeMb: 1 };

/** Threads that have no file. */
const idle = new Set<Worker>();

/** Null where it gave up, ended its thread or took longer than `deadlineMs`. What `bytes` had is gone: the thread has it. */
export async function gltfMessages(
  bytes: Uint8Array<ArrayBuffer>,
  deadlineMs = DEADLINE_MS,
): Promise<readonly GltfMessage[] | null> {
  const [thread = begun()] = idle;
  idle.delete(thread);
  const answer = await answerOf(thread, bytes, deadlineMs);
  if (answer) idle.add(thread);
  else await thread.terminate();
  return answer;
}

function begun(): Worker {
  const thread = new Worker(THREAD, { workerData: { isGltfThread: true }, resourceLimits: RESOURCES });
  thread.unref();
  // What breaks it after its answer is nobody's fault.
  thread.on('error', () => undefined);
  thread.on('exit', () => idle.delete(thread));
  return thread;
}

function answerOf(
  thread: Worker,
  bytes: Uint8Array<ArrayBuffer>,
  deadlineMs: number,
): Promise<readonly GltfMessage[] | null> {
  return new Promise((resolve) => {
    const conclude = (answer: readonly GltfMessage[] | null) => {
      clearTimeout(timer);
      thread.off('message', conclude);
      thread.off('exit', broken);
      resolve(answer);
    };
    const broken = () => conclude(null);
    // It also keeps the process, which no idle thread does.
    const timer = setTimeout(broken, deadlineMs);
    thread.on('message', conclude);
    thread.on('exit', broken);
    thread.postMessage(bytes, [bytes.buffer]);
  });
}
