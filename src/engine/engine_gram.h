/* src/engine/engine_gram.h -- GW_JOB_GRAM on CPU threads; for src/engine only
 */
#ifndef GW_ENGINE_ENGINE_GRAM_H
#define GW_ENGINE_ENGINE_GRAM_H

#include "engine/engine.h"

gw_status_t gw_engine_gram(int threads, const gw_gram_in_t *in, void *out, gw_err_t *err);

#endif
