import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import { parse } from 'node:querystring';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ConfigError } from './config.js';
import { type Log, NestLog } from './logging.js';
import { Problem, ProblemFilter, problemOf, sendProblem } from './problem.js';
import { currentRequest } from './request-scope.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * A Nest application on Fastify, on the given server (or a plain one), without Nest's own parsers of bodies. Request ids are generated here,
 * never taken from clients.
 */
export async function createNest(module: DynamicModule, log: Log, serve?: (handler: Handler) => Server): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    genReqId: () => currentRequest()?.requestId ?? randomUUID(),
    bodyLimit: 1024 * 1024,
    // Reads the first thousand parameters; Fastify's own parser would read as many as the header limit allows.
    routerOptions: { querystringParser: (text) => parse(text) },
    forceCloseConnections: 'idle' as never,
    // Paths that cannot be decoded, or whose segments are too long, never reach a route.
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(reply, problemOf(error) ?? new Problem(400), request.id),
    // A given server handles its own connections' errors.
    ...(serve && { serverFactory: (handler: Handler) => serve(handler) as never, clientErrorHandler: () => undefined }),
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: new NestLog(log),
    abortOnError: false,
    bodyParser: false,
  });
  // biome-ignore lint/correctness/useHookAtTopLevel: Nest's, not React's
  app.useGlobalFilters(new ProblemFilter(log));
  return app;
}

/** Listens. Throws ConfigError with one line that says what to change. */
export async function listen(
  app: NestFastifyApplication,
  { host, port, variable }: { host: string; port: number; variable: string },
): Promise<number> {
  try {
    await app.listen(port, host);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new ConfigError(`port ${port} on ${host} is taken: set ${variable} to a free one`);
    throw new ConfigError(`can't listen on ${host}:${port}: ${message}`);
  }
  const address = app.getHttpServer().address();
  return typeof address === 'object' && address ? address.port : port;
}
