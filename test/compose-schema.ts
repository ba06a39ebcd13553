import { z } from 'zod';

// The part of the Compose specification (compose-spec.io) that docker/compose.yaml uses, strictly: unknown or misspelt keys fail.

const text = z.string().min(1);
const duration = z.string().regex(/^(\d+(us|ms|s|m|h))+$/);
const command = z.union([text, z.array(z.string())]);
const environment = z.record(z.string().regex(/^[A-Za-z_]\w*$/), z.union([z.string(), z.number(), z.null()]));

const service = z.strictObject({
  image: text,
  build: z.strictObject({ context: text, dockerfile: text.optional(), target: text.optional() }).optional(),
  command: command.optional(),
  environment: environment.optional(),
  ports: z.array(z.string().regex(/^((\d{1,3}\.){3}\d{1,3}:)?(\d+:)?\d+(\/(tcp|udp))?$/)).optional(),
  volumes: z.array(z.string().regex(/^[\w./-]+:\/[\w./-]+(:ro)?$/)).optional(),
  secrets: z.array(text).optional(),
  depends_on: z
    .record(text, z.strictObject({ condition: z.enum(['service_started', 'service_healthy', 'service_completed_successfully']) }))
    .optional(),
  healthcheck: z
    .strictObject({
      test: z.union([text, z.tuple([z.enum(['CMD', 'CMD-SHELL']), text], z.string())]),
      interval: duration.optional(),
      timeout: duration.optional(),
      retries: z.number().int().min(1).optional(),
      start_period: duration.optional(),
    })
    .optional(),
  stop_grace_period: duration.optional(),
  restart: z.enum(['no', 'always', 'on-failure', 'unless-stopped']).optional(),
});

/** A compose file with named volumes and secrets from the environment. */
export const composeFile = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/),
  services: z.record(text, service),
  secrets: z.record(text, z.strictObject({ environment: text })).optional(),
  volumes: z.record(text, z.null()).optional(),
});
