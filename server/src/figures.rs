//! `attune.v1.Figures`: calls in figures, one by one and many at once.

pub(crate) mod catalogue;
mod causes;
pub(crate) mod links;
mod page;
mod pictures;
mod report;
mod settle;
pub(crate) mod stats;
pub(crate) mod tally;
mod teams;
#[cfg(test)]
mod tests;
pub(crate) mod weigh;
mod words;

use std::sync::Arc;
use std::time::SystemTime;

use attune_proto::v1::figures_server::Figures;
use attune_proto::v1::{
    CallFigures, CallState, GetCallFiguresRequest, GetReportRequest, ListFiguresRequest,
    ListFiguresResponse, RenderReportRequest, RenderReportResponse, Report, ReportBy,
};
use tonic::{Request, Response, Status};

use self::catalogue::Figure;
pub(crate) use self::causes::told_value;
use self::links::CALL_BACK_DAYS;
use self::report::Question;
pub(crate) use self::report::{GroupValue, group_values};
pub(crate) use self::settle::{settle, settle_left};
pub use self::teams::{Teams, TeamsError};
use crate::app::App;
use crate::calls::{not_found, store_failed};
use crate::status::Reason;
use crate::store::reports::Asked;
use crate::{convert, day};

/// What figures need to know beside the calls.
#[derive(Debug, Clone, Default)]
pub struct FigureSettings {
    /// Who is in which team.
    pub teams: Arc<Teams>,
    /// What a minute of handle time costs; `None`: nobody said.
    pub cost_per_minute: Option<f64>,
}

/// `attune.v1.Figures`.
#[derive(Debug, Clone)]
pub struct FiguresService {
    app: Arc<App>,
}

impl FiguresService {
    /// On what the services share.
    pub fn new(app: Arc<App>) -> Self {
        Self { app }
    }

    async fn make(&self, request: GetReportRequest) -> Result<(Report, Question), Status> {
        let today = day::of(&SystemTime::now().into());
        let question = question(request, today, self.app.figure_settings.cost_per_minute)?;
        let asked = question.clone();
        let made = self.app.reports.ask(move |reader| report::report(reader, &asked)).await;
        Ok((made.map_err(|error| store_failed(&error))?, question))
    }
}

/// Understands what is asked for.
fn question(
    request: GetReportRequest,
    today: i64,
    cost_per_minute: Option<f64>,
) -> Result<Question, Status> {
    let (first_day, last_day) = convert::period(&request.from_date, &request.to_date, today)?;
    let by = match ReportBy::try_from(request.by) {
        Ok(ReportBy::Unspecified) => ReportBy::Team,
        Ok(by) => by,
        Err(_) => return Err(Reason::InvalidReport.status("by is not one of the API's")),
    };
    Ok(Question {
        by,
        asked: Asked {
            first_day,
            last_day,
            over: today - CALL_BACK_DAYS - 1,
            project: Some(request.project).filter(|project| !project.is_empty()),
        },
        lang: convert::names_language(&request.language_code)?,
        cost_per_minute,
    })
}

#[tonic::async_trait]
impl Figures for FiguresService {
    async fn list_figures(
        &self,
        request: Request<ListFiguresRequest>,
    ) -> Result<Response<ListFiguresResponse>, Status> {
        let lang = convert::names_language(&request.into_inner().language_code)?;
        let figures = Figure::ALL.iter().map(|figure| figure.message(lang)).collect();
        Ok(Response::new(ListFiguresResponse { figures }))
    }

    async fn get_call_figures(
        &self,
        request: Request<GetCallFiguresRequest>,
    ) -> Result<Response<CallFigures>, Status> {
        let call_id = request.into_inner().call_id;
        let figures = self.app.store.figures(&call_id).await;
        if let Some(figures) = figures.map_err(|error| store_failed(&error))? {
            return Ok(Response::new(figures));
        }
        let call = self.app.store.call(&call_id).await.map_err(|error| store_failed(&error))?;
        let call = call.ok_or_else(|| not_found(&call_id))?;
        Err(match call.state() {
            CallState::Ended => Reason::FiguresPending.status("the figures are being made"),
            _ => Reason::CallLive.status("figures are made when the call has ended"),
        })
    }

    async fn get_report(
        &self,
        request: Request<GetReportRequest>,
    ) -> Result<Response<Report>, Status> {
        Ok(Response::new(self.make(request.into_inner()).await?.0))
    }

    async fn render_report(
        &self,
        request: Request<RenderReportRequest>,
    ) -> Result<Response<RenderReportResponse>, Status> {
        let (report, question) = self.make(request.into_inner().report.unwrap_or_default()).await?;
        let drawn = tokio::task::spawn_blocking(move || {
            page::html(&report, &question).map_err(|error| error.to_string())
        });
        let html = drawn.await.map_err(|error| error.to_string()).and_then(|drawn| drawn);
        let html = html.map_err(|error| {
            tracing::error!(%error, "a report could not be drawn");
            Reason::Internal.status("the page could not be drawn")
        })?;
        Ok(Response::new(RenderReportResponse { html }))
    }
}
