import { type DynamicModule, Module } from '@nestjs/common';
import { HEALTH, type Health, METRICS, type Metrics, OpsController } from '#hosting';

@Module({})
class WorkerModule {}

/** The worker as Nest sees it: only what an operator asks of it. */
export function workerModule({ health, metrics }: { health: Health; metrics: Metrics }): DynamicModule {
  return {
    module: WorkerModule,
    controllers: [OpsController],
    providers: [
      { provide: HEALTH, useValue: health },
      { provide: METRICS, useValue: metrics },
    ],
  };
}
