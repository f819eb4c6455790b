#pragma once

#include "core/worker/handler.h"

#include <QtPlugin>

namespace signalbox::worker {

/// What a Qt plugin with handlers implements:
///
///     class Billing : public QObject, public signalbox::worker::HandlerPlugin {
///         Q_OBJECT
///         Q_PLUGIN_METADATA(IID SIGNALBOX_HANDLER_PLUGIN_IID)
///         Q_INTERFACES(signalbox::worker::HandlerPlugin)
///
/// It must be built with the same Qt and the same version of Signalbox. A plugin stays loaded until the
/// process ends.
class HandlerPlugin {
public:
    virtual ~HandlerPlugin() = default;
    /// `handler`: which of the plugin's handlers; `options`: the object from handlers.json, as written.
    [[nodiscard]] virtual Result<std::shared_ptr<Handler>> makeHandler(const QString &handler,
                                                                       const JsonText &options)
        = 0;
};

} // namespace signalbox::worker

#define SIGNALBOX_HANDLER_PLUGIN_IID "signalbox.HandlerPlugin/1"
Q_DECLARE_INTERFACE(signalbox::worker::HandlerPlugin, SIGNALBOX_HANDLER_PLUGIN_IID)
