#pragma once

#include "core/model/json_fields.h"
#include "core/worker/handlers/builtin/builtin_handlers.h"

namespace signalbox::worker {

/// One run of a built-in handler: its keyword arguments, what it may touch, and whom it tells.
struct BuiltinCall {
    JsonFields &fields;
    RunContext &context;
    const BuiltinOptions &options;
    [[nodiscard]] bool isCancelled() const { return context.cancelToken().isCancelled(); }
};
/// A result, or why there is none: Unavailable and Internal are tried again, all other kinds are for good.
using BuiltinResult = Result<JsonText>;

[[nodiscard]] BuiltinResult hashTree(BuiltinCall &call);
[[nodiscard]] BuiltinResult compressFile(BuiltinCall &call);
[[nodiscard]] BuiltinResult fetchUrl(BuiltinCall &call);
[[nodiscard]] BuiltinResult failOnPurpose(BuiltinCall &call);
[[nodiscard]] BuiltinResult backupCreate(BuiltinCall &call);
[[nodiscard]] BuiltinResult backupPrune(BuiltinCall &call);
[[nodiscard]] BuiltinResult backupRestore(BuiltinCall &call);
[[nodiscard]] BuiltinResult backupValidate(BuiltinCall &call);

[[nodiscard]] tl::unexpected<Error> stoppedEarly();

} // namespace signalbox::worker
