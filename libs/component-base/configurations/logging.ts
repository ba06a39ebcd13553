/** component-base/logs/api/v1 SetRecommendedLoggingConfiguration */
export const LOGGING = {
  format: 'text',
  flushFrequency: '5s',
  verbosity: 0,
  options: { text: { infoBufferSize: '0' }, json: { infoBufferSize: '0' } },
};
