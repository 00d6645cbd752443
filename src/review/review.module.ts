/** What is on the curator's desk? The checklist, change requests, waivers, and all that is said; decisions are events of the lifecycle. */
import { Module } from '@nestjs/common';
import { SubmissionsModule } from '../submissions/submissions.module.js';
import { BatchedReviewsService } from './batched-reviews.service.js';
import { PendingReviewsService } from './batched-reviews-pending.service.js';
import { ChangeRequestsService } from './change-requests.service.js';
import { ChecklistService } from './checklist.service.js';
import { CommentsService } from './comments.service.js';
import { DecisionsService } from './decisions.service.js';
import { NotesService } from './notes.service.js';
import { ReviewDesk } from './review-desk.js';
import { SuggestionsService } from './suggestions.service.js';
import { ThreadsService } from './threads.service.js';
import { ViewedService } from './viewed.service.js';
import { WaiversService } from './waivers.service.js';

const SERVICES = [
  ...[ChecklistService, ChangeRequestsService, WaiversService, ThreadsService, CommentsService],
  ...[SuggestionsService, BatchedReviewsService, PendingReviewsService, NotesService],
  ...[DecisionsService, ViewedService],
];

@Module({ imports: [SubmissionsModule], providers: [ReviewDesk, ...SERVICES], exports: SERVICES })
export class ReviewModule {}
