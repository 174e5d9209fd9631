/* The pipeline that this runs in, as its environment tells. */
#ifndef CLI_PIPELINE_H
#define CLI_PIPELINE_H

#include <jansson.h>

/* Provenance: {"asked_by","repository","commit","pipeline","tool"}, what is known; NULL outside of a pipeline
 * of GitHub or GitLab. The caller owns it. */
json_t *pipeline_provenance(void);

#endif
