#include <config.h>

#include "cli/command.h"

const gw_command_t *const gw_commands[] = {
    &gw_cmd_index,
    &gw_cmd_align,
    &gw_cmd_call,
    &gw_cmd_cluster,
    &gw_cmd_pca,
    &gw_cmd_fold,
    &gw_cmd_devices,
    &gw_cmd_check,
    NULL,
};
