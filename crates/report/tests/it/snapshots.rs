//! The files as a user sees them.

use crate::fixture::digits;
use mlpsweep_report::{Ranking, curves_csv, folds_csv, summary_json, to_csv, to_json};
use std::fmt::Write as _;

/// Long numbers cut to nine digits: the last ones are the business of the machine's own `ln` and `exp`.
fn rounded(text: &str) -> String {
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    let mut rounded = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_number) {
        let end = rest[start..].find(|c| !is_number(c)).map_or(rest.len(), |length| start + length);
        let (before, number) = (&rest[..start], &rest[start..end]);
        rounded.push_str(before);
        match number.parse::<f64>() {
            Ok(x) if number.len() > 12 => write!(rounded, "{x:.9}…"),
            _ => write!(rounded, "{number}"),
        }
        .expect("a String takes everything");
        rest = &rest[end..];
    }
    rounded + rest
}

/// Columns for the deepest network; those with fewer layers leave the last ones empty.
#[test]
fn curves_with_gradient_norms() {
    let mut study = digits();
    study.folds.truncate(6);
    for (fold_idx, fold) in study.folds.iter_mut().enumerate().step_by(5) {
        let n_layers = 3 - fold_idx / 5;
        for point in &mut fold.curve {
            point.gradient_norms = [0.5, 1e-9, 12.0][..n_layers].to_vec();
        }
    }
    insta::assert_snapshot!(curves_csv(&study), @r"
    trial,repeat,fold,epoch,learning_rate,train_loss,penalty,validation_loss,gradient_norm_1,gradient_norm_2,gradient_norm_3
    0,0,0,1,0.01,1.0,1e-7,0.5,0.5,1e-9,12.0
    0,0,0,2,0.01,0.5,1e-7,0.5,0.5,1e-9,12.0
    0,0,1,1,0.01,1.0,1e-7,0.5,,,
    0,0,1,2,0.01,0.5,1e-7,0.5,,,
    0,0,2,1,0.01,1.0,1e-7,0.5,,,
    0,0,2,2,0.01,0.5,1e-7,0.5,,,
    0,0,3,1,0.01,1.0,1e-7,0.5,,,
    0,0,3,2,0.01,0.5,1e-7,0.5,,,
    0,0,4,1,0.01,1.0,1e-7,0.5,,,
    0,0,4,2,0.01,0.5,1e-7,0.5,,,
    1,0,0,1,0.01,1.0,1e-7,0.5,0.5,1e-9,
    1,0,0,2,0.01,0.5,1e-7,0.5,0.5,1e-9,
    ");
}

#[test]
fn ranked() {
    let study = digits();
    insta::assert_snapshot!(rounded(&to_csv(&Ranking::new(&study), &study.info)), @r#"
    rank_test_score,number,state,mean_test_score,std_test_score,se_test_score,ci_low,ci_high,p_vs_best,p_holm,tied_with_best,prob_best,mean_train_score,gap,diagnosis,split0_test_score,split1_test_score,split2_test_score,split3_test_score,split4_test_score,folds_done,best_epoch,n_parameters,aic,bic,bias2,variance,mean_test_accuracy,std_test_accuracy,se_test_accuracy,ci_low_accuracy,ci_high_accuracy,mean_train_accuracy,gap_accuracy,split0_test_accuracy,split1_test_accuracy,split2_test_accuracy,split3_test_accuracy,split4_test_accuracy,param_learning_rate,param_hidden,param_optimizer,param_momentum,param_epochs,message
    1,0,complete,0.306,0.027018512…,0.018125184…,0.255676423…,0.356323577…,,,true,,0.206,0.1,ok,0.31,0.28,0.35,0.3,0.29,5,12,2410,4872.728,11746.091516203…,,,0.905,0.020916501…,0.014031691…,0.866041780…,0.943958220…,0.955000000…,0.050000000…,0.9,0.925,0.875,0.9,0.925,0.012345679…,"[64, 32]",adam,,50,
    2,1,complete,0.316,0.033615473…,0.022550709…,0.253389194…,0.378610806…,0.290454625…,0.290454625…,true,,0.216,0.1,ok,0.33,0.27,0.36,0.32,0.3,5,12,2410,4875.284000000…,11748.647516203…,,,0.89,0.022360680…,0.015000509…,0.848351911…,0.931648089…,0.940000000…,0.050000000…,0.9,0.9,0.85,0.9,0.9,0.1,[64],heavy_ball,0.9,50,
    3,6,complete,0.386,0.020736441…,0.013910899…,0.347377151…,0.424622849…,0.009465416…,0.028396248…,false,,0.286000000…,0.100000000…,ok,0.4,0.36,0.39,0.41,0.37,5,12,2410,4893.204,11766.567516203…,,,0.855,0.011180340…,0.007500254…,0.834175956…,0.875824044…,0.905,0.050000000…,0.85,0.875,0.85,0.85,0.85,0.005,[32],adam,,50,
    3,7,complete,0.386,0.020736441…,0.013910899…,0.347377151…,0.424622849…,0.035126423…,0.070252845…,false,,0.286000000…,0.100000000…,ok,0.36,0.4,0.39,0.37,0.41,5,12,2410,4893.236,11766.599516203…,,,0.85,0.0,0.0,0.85,0.85,0.9,0.050000000…,0.85,0.85,0.85,0.85,0.85,0.006,[32],adam,,50,
    5,2,complete,0.506,0.030495901…,0.020457966…,0.449199580…,0.562800420…,7.538150015…e-6,3.015260006…e-5,false,,0.406,0.100000000…,high_bias,0.52,0.47,0.55,0.49,0.5,5,12,2410,4923.928,11797.291516203…,,,0.8,0.017677670…,0.011858943…,0.767074295…,0.832925705…,0.850000000…,0.050000000…,0.8,0.8,0.775,0.8,0.825,1e-7,[16],heavy_ball,0.5,50,
    ,3,running,,,,,,,,,,,,,0.3,0.27,0.33,,,3,,2410,,,,,,,,,,,,0.925,0.925,0.9,,,0.02,"[64, 64]",adam,,50,
    ,4,diverged,,,,,,,,,,,,,0.45,,,,,1,,2410,,,,,,,,,,,,0.85,,,,,1.0,[128],heavy_ball,0.99,50,fold 1: diverged in epoch 3
    ,5,failed,,,,,,,,,,,,,,,,,,0,,2410,,,,,,,,,,,,,,,,,0.05,[],adam,,50,"fold 0: =cmd|' /C calc'!A0
    ""quoted"", and more"
    "#);
}

#[test]
fn folds() {
    insta::assert_snapshot!(folds_csv(&digits()), @r#"
    trial,repeat,fold,split,state,test_log_loss,test_accuracy,train_log_loss,train_accuracy,best_epoch,epochs_run,early_stopped,n_parameters,n_train,n_validation,message
    0,0,0,0,complete,0.31,0.9,0.21,0.9500000000000001,10,2,false,2410,127,33,
    0,0,1,1,complete,0.28,0.925,0.18000000000000002,0.9750000000000001,11,2,true,2410,128,32,
    0,0,2,2,complete,0.35,0.875,0.24999999999999997,0.925,12,2,false,2410,128,32,
    0,0,3,3,complete,0.3,0.9,0.19999999999999998,0.9500000000000001,13,2,false,2410,128,32,
    0,0,4,4,complete,0.29,0.925,0.18999999999999997,0.9750000000000001,14,2,false,2410,129,31,
    1,0,0,0,complete,0.33,0.9,0.23,0.9500000000000001,10,2,false,2410,127,33,
    1,0,1,1,complete,0.27,0.9,0.17,0.9500000000000001,11,2,true,2410,128,32,
    1,0,2,2,complete,0.36,0.85,0.26,0.9,12,2,false,2410,128,32,
    1,0,3,3,complete,0.32,0.9,0.22,0.9500000000000001,13,2,false,2410,128,32,
    1,0,4,4,complete,0.3,0.9,0.19999999999999998,0.9500000000000001,14,2,false,2410,129,31,
    2,0,0,0,complete,0.52,0.8,0.42000000000000004,0.8500000000000001,10,2,false,2410,127,33,
    2,0,1,1,complete,0.47,0.8,0.37,0.8500000000000001,11,2,true,2410,128,32,
    2,0,2,2,complete,0.55,0.775,0.45000000000000007,0.8250000000000001,12,2,false,2410,128,32,
    2,0,3,3,complete,0.49,0.8,0.39,0.8500000000000001,13,2,false,2410,128,32,
    2,0,4,4,complete,0.5,0.825,0.4,0.875,14,2,false,2410,129,31,
    3,0,0,0,complete,0.3,0.925,0.19999999999999998,0.9750000000000001,10,2,false,2410,127,33,
    3,0,1,1,complete,0.27,0.925,0.17,0.9750000000000001,11,2,true,2410,128,32,
    3,0,2,2,complete,0.33,0.9,0.23,0.9500000000000001,12,2,false,2410,128,32,
    4,0,0,0,complete,0.45,0.85,0.35,0.9,10,2,false,2410,127,33,
    4,0,1,1,diverged,,,,,0,2,true,2410,128,32,diverged in epoch 3
    4,0,2,2,diverged,,,,,0,2,false,2410,128,32,diverged before the first epoch: values too large or too close together to be standardised
    5,0,0,0,failed,,,,,0,2,false,2410,127,33,"'=cmd|' /C calc'!A0
    ""quoted"", and more"
    6,0,0,0,complete,0.4,0.85,0.30000000000000004,0.9,10,2,false,2410,127,33,
    6,0,1,1,complete,0.36,0.875,0.26,0.925,11,2,true,2410,128,32,
    6,0,2,2,complete,0.39,0.85,0.29000000000000004,0.9,12,2,false,2410,128,32,
    6,0,3,3,complete,0.41,0.85,0.30999999999999994,0.9,13,2,false,2410,128,32,
    6,0,4,4,complete,0.37,0.85,0.27,0.9,14,2,false,2410,129,31,
    7,0,0,0,complete,0.36,0.85,0.26,0.9,10,2,false,2410,127,33,
    7,0,1,1,complete,0.4,0.85,0.30000000000000004,0.9,11,2,true,2410,128,32,
    7,0,2,2,complete,0.39,0.85,0.29000000000000004,0.9,12,2,false,2410,128,32,
    7,0,3,3,complete,0.37,0.85,0.27,0.9,13,2,false,2410,128,32,
    7,0,4,4,complete,0.41,0.85,0.30999999999999994,0.9,14,2,false,2410,129,31,
    "#);
}

#[test]
fn curves() {
    let mut study = digits();
    study.folds.truncate(1);
    study.folds[0].curve[1].train_loss = f64::INFINITY;
    insta::assert_snapshot!(curves_csv(&study), @r"
    trial,repeat,fold,epoch,learning_rate,train_loss,penalty,validation_loss
    0,0,0,1,0.01,1.0,1e-7,0.5
    0,0,0,2,0.01,inf,1e-7,0.5
    ");
}

#[test]
fn ranked_as_json() {
    let mut study = digits();
    study.trials.retain(|trial| trial.number == 5);
    insta::assert_snapshot!(to_json(&Ranking::new(&study), &study.info), @r#"
    [
      {"rank_test_score":null,"number":5,"state":"failed","mean_test_score":null,"std_test_score":null,"se_test_score":null,"ci_low":null,"ci_high":null,"p_vs_best":null,"p_holm":null,"tied_with_best":null,"prob_best":null,"mean_train_score":null,"gap":null,"diagnosis":null,"split0_test_score":null,"split1_test_score":null,"split2_test_score":null,"split3_test_score":null,"split4_test_score":null,"folds_done":0,"best_epoch":null,"n_parameters":2410,"aic":null,"bic":null,"bias2":null,"variance":null,"mean_test_accuracy":null,"std_test_accuracy":null,"se_test_accuracy":null,"ci_low_accuracy":null,"ci_high_accuracy":null,"mean_train_accuracy":null,"gap_accuracy":null,"split0_test_accuracy":null,"split1_test_accuracy":null,"split2_test_accuracy":null,"split3_test_accuracy":null,"split4_test_accuracy":null,"param_learning_rate":0.05,"param_hidden":[],"param_optimizer":"adam","param_momentum":null,"param_epochs":50,"message":"fold 0: =cmd|' /C calc'!A0\n\"quoted\", and more"}
    ]
    "#);
}

#[test]
fn summary() {
    let study = digits();
    let text = summary_json(&Ranking::new(&study), &study.info);
    let text = text.replace(std::env::consts::OS, "<os>").replace(std::env::consts::ARCH, "<arch>");
    insta::assert_snapshot!(rounded(&text), @r#"
    {
      "schema_version": 1,
      "name": "digits",
      "version": "0.1.0",
      "seed": 7,
      "sweep_hash": "abc123",
      "data": {
        "name": "digits",
        "fingerprint": "c0ffee",
        "n_rows": 200,
        "n_features": 64,
        "task": "classification",
        "targets": [
          "even",
          "odd"
        ],
        "n_test_rows": 40
      },
      "cv": {
        "kind": "stratified",
        "folds": 5,
        "repeats": 1
      },
      "metric": {
        "name": "log_loss",
        "goal": "minimize"
      },
      "metrics": [
        {
          "name": "log_loss",
          "goal": "minimize"
        },
        {
          "name": "accuracy",
          "goal": "maximize"
        }
      ],
      "sampler": "random",
      "trials": {
        "asked": 8,
        "complete": 5,
        "running": 1,
        "pruned": 0,
        "timeout": 0,
        "diverged": 1,
        "failed": 1
      },
      "best": {
        "number": 0,
        "mean_test_score": 0.306,
        "std_test_score": 0.027018512…,
        "se_test_score": 0.018125184…,
        "ci_low": 0.255676423…,
        "ci_high": 0.356323577…,
        "mean_train_score": 0.206,
        "gap": 0.1,
        "diagnosis": "ok",
        "n_parameters": 2410,
        "best_epoch": 12,
        "aic": 4872.728,
        "bic": 11746.091516203…,
        "bias2": null,
        "variance": null,
        "parameters": {
          "learning_rate": 0.012345679…,
          "hidden": [
            64,
            32
          ],
          "optimizer": "adam",
          "epochs": 50
        }
      },
      "honest": null,
      "selection": {
        "rule": "best",
        "number": 0,
        "stands": null,
        "confirmed": []
      },
      "overtuning": [],
      "importances": [],
      "warnings": [],
      "refit": null,
      "identity": {
        "seed": 7,
        "metric": "log_loss"
      },
      "machine": {
        "os": "<os>",
        "arch": "<arch>"
      }
    }
    "#);
}
