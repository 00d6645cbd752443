/** Which part of the service keeps the trail of what was done? */
import { Module } from '@nestjs/common';
import { AuditService } from './audit.service.js';
import { AuditChain } from './audit-chain.service.js';

@Module({ providers: [AuditChain, AuditService], exports: [AuditChain, AuditService] })
export class AuditModule {}
