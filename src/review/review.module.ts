/** What is on the curator's desk? The checklist, change requests and waivers; decisions are events of the lifecycle. */
import { Module } from '@nestjs/common';
import { SubmissionsModule } from '../submissions/submissions.module.js';
import { ChangeRequestsService } from './change-requests.service.js';
import { ChecklistService } from './checklist.service.js';
import { ReviewDesk } from './review-desk.js';
import { WaiversService } from './waivers.service.js';

@Module({
  imports: [SubmissionsModule],
  providers: [ReviewDesk, ChecklistService, ChangeRequestsService, WaiversService],
  exports: [ChecklistService, ChangeRequestsService, WaiversService],
})
export class ReviewModule {}
