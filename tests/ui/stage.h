#pragma once

#include "tests/core/service/service_rig.h"
#include "ui/pages/job_list.h"
#include "ui/parts/data_table.h"
#include "ui/window/main_window.h"

#include <QAction>

#include <atomic>

namespace signalbox::test {

using namespace signalbox::ui;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

/// A handler that holds its jobs until it is told to let them go.
struct Gate {
    std::atomic<bool> isOpen{false};
    worker::RunResult run(worker::RunContext &context) const
    {
        context.reportProgress(1, 4, u"one of four"_s);
        context.log(u"waiting at the gate"_s);
        while (!isOpen) {
            if (context.cancelToken().waitFor(5ms)) return worker::RunResult::failed(u"stopped"_s);
        }
        return worker::RunResult::completed(JsonText::trusted(R"({"passed":true})"));
    }
};

/// Service and window, with two handlers: "gate" waits, "fail" fails.
class Stage {
public:
    explicit Stage(const TestServer *server) : rig(server, settings())
    {
        rig.handle(u"gate"_s,
                   [this](const JobDefinition &, worker::RunContext &context) { return gate.run(context); });
        rig.handle(u"fail"_s, [](const JobDefinition &, worker::RunContext &) {
            return worker::RunResult::failed(u"KeyError: 'currency'\n  at billing.charge"_s);
        });
        const Result<> started = get(rig->start());
        if (!started) qFatal("%s", qPrintable(started.error().text()));
        theme = std::make_unique<Theme>(Theme::Choice::Light);
        window = std::make_unique<MainWindow>(rig.service(), *runtime::systemSeams().clock, *theme);
        window->resize(1280, 800);
        window->show();
    }
    ~Stage()
    {
        gate.isOpen = true;
        window.reset();
        std::ignore = get(rig->stopWorkers(worker::WorkerPool::StopMode::Now));
        std::ignore = get(rig->stop());
    }
    JobId submit(const QString &handler, int retries = 0)
    {
        JobDefinition job;
        job.handler = handler;
        job.retry.maxRetries = retries;
        const auto submitted = get(rig->submit(job));
        if (!submitted) qFatal("%s", qPrintable(submitted.error().text()));
        return submitted->id;
    }
    void startWorkers(int count = 1)
    {
        const Result<> started = get(rig->startWorkers(count));
        if (!started) qFatal("%s", qPrintable(started.error().text()));
    }
    template <typename PageType> PageType *show(const QString &id)
    {
        window->showPage(id);
        return qobject_cast<PageType *>(window->page(id));
    }
    [[nodiscard]] QAction *action(const ActionSpec &spec) const { return window->actions().action(spec); }
    [[nodiscard]] qint64 size(JobStatus status) const { return window->live().sum().size(status); }

    [[nodiscard]] static service::Settings settings()
    {
        service::Settings settings;
        settings.alerts.unservedAfter = 0ms; // tests do not wait
        return settings;
    }

    Gate gate; // outlives the workers that wait at it
    ServiceRig rig;
    std::unique_ptr<Theme> theme;
    std::unique_ptr<MainWindow> window;
};

inline void select(JobList *list, const JobId &id)
{
    list->table()->selectRow(list->model()->rowOf(id));
}

} // namespace signalbox::test
