/** What does it take to forget somebody? */
import { Module } from '@nestjs/common';
import { IdentityModule } from '../identity/identity.module.js';
import { SubmissionsModule } from '../submissions/submissions.module.js';
import { ErasureService } from './erasure.service.js';
import { ErasureRequestsService } from './erasure-requests.service.js';

@Module({
  imports: [IdentityModule, SubmissionsModule],
  providers: [ErasureService, ErasureRequestsService],
  exports: [ErasureService, ErasureRequestsService],
})
export class ErasureModule {}
