// A plugin with one handler, for the tests of the plugin loader.
#include "core/worker/handlers/handler_plugin.h"

#include <QObject>

using namespace signalbox;
using worker::RunResult;

class SamplePlugin : public QObject, public worker::HandlerPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID SIGNALBOX_HANDLER_PLUGIN_IID)
    Q_INTERFACES(signalbox::worker::HandlerPlugin)
public:
    Result<std::shared_ptr<worker::Handler>> makeHandler(const QString &handler,
                                                         const JsonText &options) override
    {
        if (handler != QStringLiteral("echo"))
            return fail(Error::Kind::NotFound, QStringLiteral("No such handler in the sample plugin."),
                        handler, {});
        return std::make_shared<worker::FunctionHandler>(
            [options](const JobDefinition &, worker::RunContext &) { return RunResult::completed(options); },
            QStringLiteral("plugin sample"));
    }
};

#include "sample_plugin.moc"
