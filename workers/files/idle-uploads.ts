/** Which uploads will nobody go on with? Those that nothing has come for in a long time. */
import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../src/clock.js';
import { CONFIG, type Config } from '../../src/config.js';
import { FileIntake } from '../../src/files/file-intake.service.js';
import { UploadWatch } from '../../src/files/upload-watch.service.js';
import { UploadsService } from '../../src/files/uploads.service.js';

const DAY_MS = 86_400_000;

@Injectable()
export class IdleUploads {
  constructor(
    private readonly watch: UploadWatch,
    private readonly uploads: UploadsService,
    private readonly intake: FileIntake,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** For the clock: resolves to how many were over. */
  async expireUploads(): Promise<number> {
    const { UPLOAD_EXPIRE } = this.config;
    const idle = await this.watch.idleSince(this.clock.in(-UPLOAD_EXPIRE));
    const time =
      UPLOAD_EXPIRE >= DAY_MS ? `${Math.round(UPLOAD_EXPIRE / DAY_MS)} days` : `${UPLOAD_EXPIRE / 1000} seconds`;
    for (const upload of idle) {
      if (await this.intake.recovers(upload)) continue;
      const far = `${upload.received} of ${upload.size ?? 'unknown'} bytes had come.`;
      await this.uploads.fail(upload, `Nothing came for "${upload.path}" in ${time}, and it was given up. ${far}`);
    }
    return idle.length;
  }
}
