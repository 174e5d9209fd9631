/* A plan, as the operation `plan` answers, written for people and for tools: one writer a format. */
#ifndef CLI_PLAN_H
#define CLI_PLAN_H

#include "cli.h"

void plan_text(const json_t *plan, FILE *out, bool color);
void plan_markdown(const json_t *plan, FILE *out, bool color);
void plan_sarif(const json_t *plan, FILE *out, bool color); /* SARIF 2.1.0 */
void plan_junit(const json_t *plan, FILE *out, bool color);

/* What all of them say, in other people's words: the writers escape it. */

/* `id@version`, or the file's name when it says none. */
void plan_title(const json_t *item, struct hanse_buffer *out);
/* What happens to it, as in "new version, after 1.0.0". */
void plan_outcome(const json_t *item, struct hanse_buffer *out);
/* Who is downstream in one domain of an item's impact, as in "marketing (ask growth: Lena lena@example.org):
 * churn@1.0.0, dashboard weekly, and 3 more". */
void plan_downstream(const json_t *domain, struct hanse_buffer *out);
/* Why it is refused, or else what it breaks, what to do, and who is downstream; a line each. Empty: nothing.
 */
void plan_trouble(const json_t *item, struct hanse_buffer *out);
/* As in "3 new, 1 refused". */
void plan_summary(const json_t *plan, struct hanse_buffer *out);

#endif
