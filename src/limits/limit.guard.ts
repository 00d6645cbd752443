/** Has this caller asked too much? Asked after the guard that finds out who they are. */
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { User } from '../identity/user.js';
import { RateLimits } from './rate-limits.service.js';

@Injectable()
export class LimitGuard implements CanActivate {
  constructor(private readonly limits: RateLimits) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest & { user?: User | null }>();
    await this.limits.admitted(request, http.getResponse<FastifyReply>(), request.user ?? null);
    return true;
  }
}
