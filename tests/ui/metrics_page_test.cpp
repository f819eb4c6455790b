// The chart by itself, and the page over a real service in memory.
#include "tests/core/service/service_rig.h"
#include "ui/pages/metrics_page.h"
#include "ui/parts/metric_chart.h"
#include "ui/parts/notice.h"
#include "ui/theme/theme.h"
#include "ui/window/main_window.h"

#include <QSignalSpy>
#include <QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace signalbox::ui;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class MetricsPageTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void arrowKeysMoveTheCrosshairAndSayTheValues();
    void draggingAsksForAZoom();
    void theMarkedMomentStaysWhenTheRangeMoves();
    void everyShapeIsDrawn();
    void whatWorkersRecordedIsDrawn();

private:
    static MetricChart::Time tenBuckets() { return {Timestamp(1'764'000'000s), 5s, 10, true}; }
    static std::vector<ChartLine> oneLine()
    {
        ChartLine line{u"completed"_s, QColor(Qt::black), ChartLine::Kind::Line, {}};
        for (int i = 0; i < 10; ++i) line.values.push_back(i == 4 ? std::nullopt : std::optional<double>(i));
        return {line};
    }
    Theme m_theme{Theme::Choice::Light};
};

void MetricsPageTest::arrowKeysMoveTheCrosshairAndSayTheValues()
{
    MetricChart chart(u"Completed"_s, MetricChart::Scale::Count);
    chart.setData(tenBuckets(), oneLine());
    const QSignalSpy moved(&chart, &MetricChart::crosshairMoved);
    QTest::keyClick(&chart, Qt::Key_Left);
    QCOMPARE(chart.crosshair(), std::optional(9));
    QVERIFY(chart.accessibleDescription().contains(u"completed 9"_s));
    QTest::keyClick(&chart, Qt::Key_Home);
    QTest::keyClick(&chart, Qt::Key_Left);
    QCOMPARE(chart.crosshair(), std::optional(0));
    for (int i = 0; i < 4; ++i) QTest::keyClick(&chart, Qt::Key_Right);
    QVERIFY(chart.accessibleDescription().contains(u"completed –"_s)); // a gap is no zero
    QCOMPARE(moved.size(), 6);
}

void MetricsPageTest::draggingAsksForAZoom()
{
    MetricChart chart(u"Completed"_s, MetricChart::Scale::Count);
    chart.resize(600, 200);
    chart.setData(tenBuckets(), oneLine());
    QList<QPair<int, int>> zooms;
    connect(&chart, &MetricChart::zoomWanted, this, [&](int first, int last) {
        zooms.append({first, last});
    });
    QTest::mousePress(&chart, Qt::LeftButton, {}, {400, 100});
    QTest::mouseRelease(&chart, Qt::LeftButton, {}, {150, 100});
    QCOMPARE(zooms.size(), 1);
    QVERIFY(zooms.first().first < zooms.first().second);
    QTest::mousePress(&chart, Qt::LeftButton, {}, {300, 100}); // a click is no zoom
    QTest::mouseRelease(&chart, Qt::LeftButton, {}, {301, 100});
    QCOMPARE(zooms.size(), 1);
}

void MetricsPageTest::theMarkedMomentStaysWhenTheRangeMoves()
{
    MetricChart chart(u"Completed"_s, MetricChart::Scale::Count);
    chart.setData(tenBuckets(), oneLine());
    chart.setCrosshair(6);
    MetricChart::Time later = tenBuckets();
    later.start += 10s;
    chart.setData(later, oneLine());
    QCOMPARE(chart.crosshair(), std::optional(4));
    later.start += 100s;
    chart.setData(later, oneLine());
    QVERIFY(!chart.crosshair());
}

void MetricsPageTest::everyShapeIsDrawn()
{
    for (const auto scale :
         {MetricChart::Scale::Count, MetricChart::Scale::Duration, MetricChart::Scale::Share})
        for (const auto kind : {ChartLine::Kind::Line, ChartLine::Kind::Thin, ChartLine::Kind::Dotted,
                                ChartLine::Kind::Bars, ChartLine::Kind::Stack}) {
            MetricChart chart(u"x"_s, scale);
            chart.resize(600, 200);
            const QImage empty = chart.grab().toImage(); // without data it is drawn as well
            std::vector<ChartLine> lines = oneLine();
            lines[0].kind = kind;
            chart.setData(tenBuckets(), lines);
            QVERIFY(chart.grab().toImage() != empty);
        }
}

void MetricsPageTest::whatWorkersRecordedIsDrawn()
{
    ServiceRig rig(nullptr);
    rig.handle(u"ok"_s, [](const JobDefinition &, worker::RunContext &) {
        return worker::RunResult::completed(JsonText::trusted("1"));
    });
    QVERIFY(get(rig->start()));
    {
        MainWindow window(rig.service(), *runtime::systemSeams().clock, m_theme);
        window.show();
        window.showPage(u"metrics"_s);
        auto *page = qobject_cast<MetricsPage *>(window.page(u"metrics"_s));
        QVERIFY(page != nullptr);
        auto *notice = page->findChild<Notice *>();
        QTRY_COMPARE(notice->kind(), Notice::Kind::Empty);
        QVERIFY(get(rig->startWorkers(1)));
        JobDefinition job;
        job.handler = u"ok"_s;
        for (int i = 0; i < 5; ++i) QVERIFY(get(rig->submit(job)));
        QTRY_VERIFY_WITH_TIMEOUT(page->summary().startsWith(u"5 completed"_s), 25'000); // recorded every 5 s
        QCOMPARE(notice->kind(), Notice::Kind::None);
        const QList<MetricChart *> charts = page->findChildren<MetricChart *>();
        QCOMPARE(charts.size(), 7);
        for (const MetricChart *chart : charts) QVERIFY(!chart->accessibleName().isEmpty());
        QTest::keyClick(charts.at(0), Qt::Key_Left);
        for (const MetricChart *chart : charts) QCOMPARE(chart->crosshair(), charts.at(0)->crosshair());
        const QByteArray csv = page->csv();
        QVERIFY2(csv.startsWith("time,\"Completed per second: completed\","), csv.constData());
        QVERIFY(csv.count('\n') > 100);
    }
    std::ignore = get(rig->stopWorkers(worker::WorkerPool::StopMode::Now));
    std::ignore = get(rig->stop());
}

QTEST_MAIN(MetricsPageTest)
#include "metrics_page_test.moc"
