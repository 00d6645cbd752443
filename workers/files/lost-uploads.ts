/** Which uploads should be worked on, and are not? The rows say so; what the queue has lost is given again. */
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../src/config.js';
import type { Upload } from '../../src/files/upload.entity.js';
import { UploadWatch } from '../../src/files/upload-watch.service.js';
import { UploadsService } from '../../src/files/uploads.service.js';
import { JobQueues } from '../job-queues.js';

@Injectable()
export class LostUploads {
  constructor(
    private readonly watch: UploadWatch,
    private readonly uploads: UploadsService,
    private readonly queues: JobQueues,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** For the reconciler: resolves to how many were lost. */
  async requeueLost(): Promise<number> {
    let lost = 0;
    for (const upload of await this.watch.inNobodysHands()) if (await this.restore(upload)) lost++;
    return lost;
  }

  private async restore(upload: Upload): Promise<boolean> {
    const { id, attempt, state, path, problem } = upload;
    const queue = state === 'verifying' ? 'digest' : 'import';
    if (await this.queues.holds(queue, { uploadId: id, attempt })) return false;
    if (attempt < this.config.MAX_ATTEMPTS) return this.uploads.again(upload);
    const ours = `"${path}" could not be taken in ${attempt} tries, which is our fault. Bring it again.`;
    return this.uploads.fail(upload, problem ? `"${path}" was given up after ${attempt} tries. ${problem}` : ours);
  }
}
