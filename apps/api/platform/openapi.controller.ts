import { Controller, Get } from '@nestjs/common';
import { platformOpenApi } from './openapi.js';

/** The OpenAPI document of the platform's REST API; public, since it contains no secrets. */
@Controller('platform/v1/openapi.json')
export class OpenApiController {
  private readonly document = platformOpenApi();

  @Get()
  show() {
    return this.document;
  }
}
