/** Notes one event; `fields` may carry `level`, without it the event is "info". */
export type SpoolLog = (event: string, fields: Record<string, unknown>) => void;
