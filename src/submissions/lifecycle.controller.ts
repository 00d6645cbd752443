/** The lifecycle itself over HTTP: whoever draws it asks here, and knows no state by heart. */
import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { withHeaders } from '../platform/answers.js';
import { etagOf } from '../platform/etag.js';
import { Returns } from '../platform/returns.js';
import { LifecycleView } from './lifecycle.schema.js';
import { DEFINITION } from './lifecycle-definition.js';

/** It changes with the service, and whoever has it is told so for nothing. */
const HEADERS = { etag: etagOf(DEFINITION), 'cache-control': 'public, no-cache' };

@ApiTags('lifecycle')
@Controller('lifecycle')
export class LifecycleController {
  /** Every state, whose move it is there, and every edge between two. */
  @Get()
  @Returns(200, LifecycleView)
  read(): LifecycleView {
    return withHeaders(DEFINITION, HEADERS);
  }
}
