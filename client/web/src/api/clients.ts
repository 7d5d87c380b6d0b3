// The API of the server that this page came from.
import { Code, ConnectError, createClient, type Interceptor } from '@connectrpc/connect';
import { createGrpcWebTransport } from '@connectrpc/connect-web';
import { Calls } from '../gen/attune/v1/calls_pb';
import { Watch } from '../gen/attune/v1/watch_pb';
import { token } from './token';

const authorise: Interceptor = (next) => (request) => {
  if (token.value) request.header.set('authorization', `Bearer ${token.value}`);
  return next(request);
};

/** For clients of services that only some views need. */
export const transport = createGrpcWebTransport({
  baseUrl: location.origin,
  interceptors: [authorise],
});

export const calls = createClient(Calls, transport);
export const watch = createClient(Watch, transport);

/** What an error means for what to do next. */
export type Trouble = 'denied' | 'missing' | 'ahead' | 'passing' | 'wrong';

export function trouble(error: unknown): Trouble {
  switch (ConnectError.from(error).code) {
    case Code.Unauthenticated:
    case Code.PermissionDenied:
      return 'denied';
    case Code.NotFound:
      return 'missing';
    case Code.OutOfRange:
      return 'ahead';
    case Code.InvalidArgument:
    case Code.FailedPrecondition:
    case Code.Unimplemented:
    case Code.AlreadyExists:
      return 'wrong';
    default:
      return 'passing';
  }
}

/** In the server's words. */
export function said(error: unknown): string {
  return ConnectError.from(error).rawMessage;
}
