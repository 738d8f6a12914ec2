/** The first word of the command line with which a shell asks what could come next. */
export const COMPLETE = '__complete';
