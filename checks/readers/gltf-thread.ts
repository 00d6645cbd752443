/** What does a thread do that validates GLB files? It asks the validator of the Khronos Group, of one file after the other. */
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { GltfMessage } from './gltf-validation.js';

interface Validator {
  validateBytes(
    bytes: Uint8Array,
    options: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly issues: { readonly messages: readonly GltfMessage[] } }>;
}

const MOST_MESSAGES = 1000;

if (parentPort && workerData?.isGltfThread) {
  // It comes without types; those above are of its documentation.
  const validator = createRequire(import.meta.url)('gltf-validator') as Validator;
  const port = parentPort;
  port.on('message', async (bytes: Uint8Array) => {
    const options = { format: 'glb', maxIssues: MOST_MESSAGES, writeTimestamp: false };
    // Null where it gives up, which a fault of a file may make it do.
    const report = await validator.validateBytes(bytes, options).catch(() => null);
    port.postMessage(report?.issues.messages ?? null);
  });
}
