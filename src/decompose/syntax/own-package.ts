/** The name under which user code imports what it needs of shoal. */
export const OWN_PACKAGE = 'shoal'
