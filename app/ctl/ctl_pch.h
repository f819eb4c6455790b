// CLI11 is a header alone and a large one; it and the service are what every command includes.
#pragma once
#include "core/service/job_service.h"

#include <CLI/CLI.hpp>
